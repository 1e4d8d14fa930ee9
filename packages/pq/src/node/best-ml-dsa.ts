import type { MlDsaBackend } from '../ml-dsa.ts'
import { nobleMlDsa } from '../noble-ml-dsa.ts'
import { firstAble } from './first-able.ts'
import { nativeMlDsa, nativeMlDsaWorks } from './native-ml-dsa.ts'

/** ML-DSA-87 as this Node does it best: natively where it can, in JavaScript elsewhere. */
export const bestMlDsa: () => MlDsaBackend = firstAble({
  native: nativeMlDsa,
  portable: nobleMlDsa,
  trial: nativeMlDsaWorks,
})
