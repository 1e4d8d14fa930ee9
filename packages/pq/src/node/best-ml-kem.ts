import type { MlKemBackend } from '../ml-kem.ts'
import { nobleMlKem } from '../noble-ml-kem.ts'
import { firstAble } from './first-able.ts'
import { nativeMlKem, nativeMlKemWorks } from './native-ml-kem.ts'

/** ML-KEM-1024 as this Node does it best: natively where it can, in JavaScript elsewhere. */
export const bestMlKem: () => MlKemBackend = firstAble({
  native: nativeMlKem,
  portable: nobleMlKem,
  trial: nativeMlKemWorks,
})
