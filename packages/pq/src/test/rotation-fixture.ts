import { Wallet } from 'ethers'
import { nativeMlDsa } from '../node/native-ml-dsa.ts'
import type { Rotation } from '../rotation/rotation-file.ts'
import { signRotation } from '../rotation/sign-rotation.ts'
import { spkiHash } from '../spki.ts'

export const place = {
  domain: 'example.test',
  chainId: 31337,
  registry: '0x5fbdb2315678afecb367f032d93f642f64180aa3',
} as const
export const createdAt = '2026-11-22T00:00:00.000Z'

/** Four generations of keys. */
export const keys = [1, 2, 3, 4].map((n) => ({
  pq: nativeMlDsa.signer(new Uint8Array(32).fill(n)),
  signer: new Wallet(`0x${`0${n}`.repeat(32)}`),
}))
export const hashes = keys.map(({ pq }) => spkiHash(pq.spki))
export const named = keys.map(({ pq, signer }) => ({
  pqKeyHash: spkiHash(pq.spki),
  signer: signer.address.toLowerCase() as `0x${string}`,
}))

/** From each generation to the next. */
export function makeRotations(domain: string = place.domain): Promise<readonly Rotation[]> {
  return Promise.all(
    keys
      .slice(0, -1)
      .map((key, n) =>
        signRotation(
          { ...key, statement: { ...place, domain, to: named[n + 1]!, createdAt } },
          { verifyMlDsa: nativeMlDsa.verify },
        ),
      ),
  )
}
