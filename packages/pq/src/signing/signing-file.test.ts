import { createHash } from 'node:crypto'
import { byPath, type ReleaseStatement, ROTATIONS_FILE, SPKI_FILE } from '@domainsync/core'
import { describe, expect, it } from 'vitest'
import { nativeMlDsa } from '../node/native-ml-dsa.ts'
import { expected, pq, signerAddress, statement, wallet } from '../test/release-fixture.ts'
import { verifyRelease } from '../verify-release.ts'
import { accountText, addAccountSignature, addPqSignature, requireFittingSignatures } from './add-signature.ts'
import { missingSignatures, signedParts } from './signed-parts.ts'
import { decodeSigningFile, encodeSigningFile } from './signing-file.ts'
import { requestedStatement, signingRequest } from './signing-request.ts'

const coded = (code: string) => expect.objectContaining({ code })
const rotations = new Uint8Array([91, 93])
const keys = { pqKeyHash: expected.pqKeyHash, signer: signerAddress }
const own = [
  { path: SPKI_FILE, sha256: keys.pqKeyHash.slice(2) },
  { path: ROTATIONS_FILE, sha256: createHash('sha256').update(rotations).digest('hex') },
]
const whole = { ...statement, files: [...statement.files, ...own].sort(byPath) }
const request = signingRequest(whole, { keys, rotations })

describe('a signing file', () => {
  it('becomes a release that readers verify, whichever key signs first', async () => {
    const signature = await wallet.signMessage(accountText(request))
    for (const file of [
      addAccountSignature(await addPqSignature(request, pq), signature),
      await addPqSignature(addAccountSignature(request, signature), pq),
    ]) {
      const parts = signedParts(decodeSigningFile(encodeSigningFile(file)))
      expect(verifyRelease(parts.releaseJson, expected, { verifyMlDsa: nativeMlDsa.verify })).toEqual(whole)
      expect(parts).toMatchObject({ spki: pq.spki, rotations })
    }
  })

  it('is read back at every stage, and says who has not signed yet', async () => {
    const half = await addPqSignature(request, pq)
    expect(missingSignatures(request)).toEqual([`release key ${keys.pqKeyHash}`, `signer ${keys.signer}`])
    expect(missingSignatures(half)).toEqual([`signer ${keys.signer}`])
    for (const file of [request, half]) expect(decodeSigningFile(encodeSigningFile(file))).toEqual(file)
    expect(() => signedParts(half)).toThrow(coded('SIGNATURE_MISSING'))
  })

  it('shows all that is signed: a statement that says more is refused', async () => {
    const text = new TextDecoder().decode(request.payload)
    const more = { ...request, payload: new TextEncoder().encode(text.replace('{', '{"hidden":1,')) }
    expect(() => requestedStatement(more)).toThrow(coded('SIGNING_FILE_MALFORMED'))
    await expect(addPqSignature(more, pq)).rejects.toThrow(coded('SIGNING_FILE_MALFORMED'))
  })

  it.each<[string, Partial<ReleaseStatement>]>([
    ['another release key', { files: [...statement.files, { path: SPKI_FILE, sha256: '1'.repeat(64) }, own[1]!] }],
    ['no release key', { files: [...statement.files, own[1]!] }],
    ['no rotations', { files: [...statement.files, own[0]!] }],
    [
      'one more file of ours',
      { files: [...whole.files, { path: '.well-known/domainsync/x', sha256: '1'.repeat(64) }] },
    ],
    ['a content that is no CID', { content: `${statement.content}\u202e` }],
    ['a time with words in it', { createdAt: '2026-11-22 (as agreed)' }],
  ])('that lists %s is refused', async (_, change) => {
    const other = signingRequest({ ...whole, ...change }, { keys, rotations })
    await expect(addPqSignature(other, pq)).rejects.toThrow(coded('SIGNING_FILE_MALFORMED'))
  })

  it('with signatures that do not fit is not signed any further', async () => {
    const half = await addPqSignature(request, pq)
    requireFittingSignatures(half)
    const pqWrong = { ...half, pq: { ...half.pq!, signature: half.pq!.signature.toReversed() } }
    expect(() => requireFittingSignatures(pqWrong)).toThrow(coded('PQ_SIGNATURE_INVALID'))
    const accountWrong = { ...half, account: new Uint8Array(65) }
    expect(() => requireFittingSignatures(accountWrong)).toThrow(coded('SIGNER_SIGNATURE_INVALID'))
  })

  it.each(['{}', '[]', 'null', 'no JSON', '{"schema":"domainsync.signing/2"}'])('is not %s', (text) => {
    expect(() => decodeSigningFile(new TextEncoder().encode(text))).toThrow(coded('SIGNING_FILE_MALFORMED'))
  })

  it('with an unknown key or another spelling of a value is refused', () => {
    const json = JSON.parse(new TextDecoder().decode(encodeSigningFile(request)))
    for (const change of [{ extra: 1 }, { signer: json.signer.toUpperCase() }, { payload: `${json.payload}=` }]) {
      const bytes = new TextEncoder().encode(JSON.stringify({ ...json, ...change }))
      expect(() => decodeSigningFile(bytes)).toThrow(coded('SIGNING_FILE_MALFORMED'))
    }
  })
})
