import { type HpkeKemName, type HpkeSuite, hpkeSuite as portableSuite } from '../hpke/hpke-suite.ts'
import { bestMlKem } from './best-ml-kem.ts'
import { nativeP384 } from './native-p384.ts'

/** The suite of a KEM, as this Node does it best; it opens what the one of browsers seals, and the other way round. */
export function hpkeSuite(name: HpkeKemName): HpkeSuite {
  return portableSuite(name, { backend: { mlKem: bestMlKem(), p384: nativeP384 } })
}
