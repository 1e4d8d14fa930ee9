import { createHash } from 'node:crypto'
import {
  type Address,
  decodeReleaseStatement,
  type ReleaseStatement,
  ROTATIONS_FILE,
  SPKI_FILE,
} from '@domainsync/core'
import { ml_dsa87 } from '@noble/post-quantum/ml-dsa.js'
import { Wallet } from 'ethers'
import { decodeEnvelope, preAuthEncoding } from '../dsse.ts'
import type { ReleaseSigner } from '../ml-dsa.ts'
import { nobleMlDsa } from '../noble-ml-dsa.ts'
import { releaseText } from '../release-text.ts'
import { encodeRotations } from '../rotation/rotation-file.ts'
import { signRotation } from '../rotation/sign-rotation.ts'
import { signRelease } from '../sign-release.ts'
import { spkiHash } from '../spki.ts'

const hash = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()

const place = { domain: 'example.test', chainId: 1, registry: '0x5fbdb2315678afecb367f032d93f642f64180aa3' } as const
const createdAt = '2026-11-23T00:00:00.000Z'

/** Old keys and new ones. */
const keys = [1, 2].map((generation) => {
  const mlDsaSeed = hash(`DomainSync release vectors ${generation}`)
  const accountKey = `0x${hash(`DomainSync release vectors ${10 + generation}`)}`
  return {
    mlDsaSeed,
    accountKey,
    pq: deterministicSigner(Buffer.from(mlDsaSeed, 'hex')),
    signer: new Wallet(accountKey),
  }
})

/** FIPS 204 §3.4: the same signature each time, so that these vectors can be made anew. Releases are signed hedged. */
function deterministicSigner(seed: Uint8Array): ReleaseSigner {
  const { secretKey } = ml_dsa87.keygen(seed)
  return {
    ...nobleMlDsa.signer(seed),
    sign: async (message) => ml_dsa87.sign(message, secretKey, { extraEntropy: false }),
  }
}

/** docs/vectors/release/release.json: the same bytes each time. */
export async function makeReleaseVectors(): Promise<string> {
  const named = keys.map(({ pq, signer }) => ({
    pqKeyHash: spkiHash(pq.spki),
    signer: signer.address.toLowerCase() as Address,
  }))
  const [older, newer] = keys
  const rotation = await signRotation({ ...older!, statement: { ...place, to: named[1]!, createdAt } })
  const rotations = encodeRotations([rotation])
  const statement: ReleaseStatement = {
    ...place,
    release: 7,
    content: 'bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi',
    previous: null,
    createdAt,
    files: [
      { path: SPKI_FILE, sha256: hash(newer!.pq.spki) },
      { path: ROTATIONS_FILE, sha256: hash(rotations) },
      { path: 'index.html', sha256: hash('<title>hello</title>') },
      { path: 'ünïcode.txt', sha256: hash('ünïcode') },
    ],
  }
  const release = await signRelease({ ...newer!, statement })
  const envelope = decodeEnvelope(release)
  const encoding = preAuthEncoding(envelope)
  const vectors = {
    about:
      'A signed release and the rotation of keys before it. Verify these, and give the same spki, payload and text. ML-DSA-87 signs here without randomness (the deterministic variant of FIPS 204), releases with it: their signatures differ each time.',
    keys: keys.map(({ mlDsaSeed, accountKey, pq }, at) => ({
      mlDsaSeed,
      accountKey,
      ...named[at],
      spki: Buffer.from(pq.spki).toString('hex'),
    })),
    expected: { ...place, release: statement.release, ...named[1] },
    payload: text(envelope.payload),
    encodingSha256: hash(encoding),
    text: releaseText(decodeReleaseStatement(envelope.payload), encoding),
    releaseJson: text(release),
    rotationsJson: text(rotations),
    pinned: named[0]!.pqKeyHash,
  }
  return `${JSON.stringify(vectors, null, 2)}\n`
}
