import { describe, it } from 'vitest'
import { aesGcmVectors } from './test/vectors/aes-gcm-vectors.ts'
import { hpkeVectors } from './test/vectors/hpke-vectors.ts'
import { Ledger } from './test/vectors/ledger.ts'
import { mlDsaVectors } from './test/vectors/ml-dsa-vectors.ts'
import { mlKemVectors } from './test/vectors/ml-kem-vectors.ts'

const ledger = new Ledger()

mlDsaVectors(ledger)
mlKemVectors(ledger)
aesGcmVectors(ledger)
hpkeVectors(ledger)

describe('published vectors', () => {
  it('every case of every file ran on every implementation, or says why not', () => {
    ledger.check()
    console.log(`Published vectors, by file and implementation:\n${ledger.table()}`)
  })
})
