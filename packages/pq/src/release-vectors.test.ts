import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodeReleaseStatement, encodeReleaseStatement } from '@domainsync/core'
import { hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { describe, expect, it } from 'vitest'
import { decodeEnvelope, preAuthEncoding } from './dsse.ts'
import { accountAddress } from './eip191.ts'
import { nobleMlDsa } from './noble-ml-dsa.ts'
import { nativeMlDsa } from './node/native-ml-dsa.ts'
import { releaseText } from './release-text.ts'
import { followRotations } from './rotation/follow-rotations.ts'
import { decodeRotations } from './rotation/rotation-file.ts'
import { spkiHash } from './spki.ts'
import { makeReleaseVectors } from './test/release-vectors.ts'
import { verifyRelease } from './verify-release.ts'

const file = join(import.meta.dirname, '../../../docs/vectors/release/release.json')
const written = readFileSync(file, 'utf8')
const vectors = JSON.parse(written)

it('the vectors of the release format are what their writer writes', async () => {
  expect(await makeReleaseVectors()).toBe(written)
})

/** What docs/release-format.md gives to other teams; older releases have to verify for ever. */
describe.each([nativeMlDsa, nobleMlDsa])('the vectors of the release format: $name', (backend) => {
  const options = { verifyMlDsa: backend.verify }

  it('give the keys of their seeds', () => {
    for (const key of vectors.keys) {
      const { spki } = backend.signer(hexToBytes(key.mlDsaSeed))
      expect(Buffer.from(spki).toString('hex')).toBe(key.spki)
      expect(spkiHash(spki)).toBe(key.pqKeyHash)
      expect(accountAddress(hexToBytes(key.accountKey.slice(2)))).toBe(key.signer)
    }
  })

  it('give the very bytes of payload, encoding and text', () => {
    const envelope = decodeEnvelope(utf8ToBytes(vectors.releaseJson))
    expect(new TextDecoder().decode(envelope.payload)).toBe(vectors.payload)
    expect(encodeReleaseStatement(decodeReleaseStatement(envelope.payload))).toEqual(envelope.payload)
    const encoding = preAuthEncoding(envelope)
    expect(createHash('sha256').update(encoding).digest('hex')).toBe(vectors.encodingSha256)
    expect(releaseText(vectors.expected, encoding)).toBe(vectors.text)
  })

  it('verify', () => {
    const expected = { ...vectors.expected, spki: hexToBytes(vectors.keys[1].spki) }
    expect(verifyRelease(utf8ToBytes(vectors.releaseJson), expected, options).files).toHaveLength(4)
  })

  it('lead from the pinned key to the one that signs', () => {
    const { pqKeyHash: current, domain, chainId, registry } = vectors.expected
    const path = { pinned: vectors.pinned, current, domain, chainId, registry }
    const way = followRotations(decodeRotations(utf8ToBytes(vectors.rotationsJson)), path, options)
    expect(way.map(({ to }) => to.signer)).toEqual([vectors.expected.signer])
  })
})
