import type { Address, ReleaseStatement } from '@domainsync/core'
import { Wallet } from 'ethers'
import type { ReleaseSigner } from '../ml-dsa.ts'
import { nativeMlDsa } from '../node/native-ml-dsa.ts'
import { spkiHash } from '../spki.ts'
import type { ReleaseExpectation } from '../verify-release.ts'

/** A statement like a publisher's. */
export const statement: ReleaseStatement = {
  domain: 'example.test',
  release: 7,
  content: 'bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi',
  chainId: 31337,
  registry: '0x5fbdb2315678afecb367f032d93f642f64180aa3',
  previous: null,
  createdAt: '2026-11-22T00:00:00.000Z',
  files: [
    { path: 'index.html', sha256: '11'.repeat(32) },
    { path: 'ünïcode.txt', sha256: '22'.repeat(32) },
  ],
}

/** Two keys that may sign it. */
export const pq: ReleaseSigner = nativeMlDsa.signer(new Uint8Array(32).fill(1))
export const wallet = new Wallet(`0x${'02'.repeat(32)}`)
export const signerAddress = wallet.address.toLowerCase() as Address

/** What a reader expects when the chain names these keys. */
export const expected: ReleaseExpectation = {
  spki: pq.spki,
  pqKeyHash: spkiHash(pq.spki),
  signer: signerAddress,
  domain: statement.domain,
  release: statement.release,
  chainId: statement.chainId,
  registry: statement.registry,
}
