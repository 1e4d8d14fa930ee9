import { describe, expect, it } from 'vitest'
import { nativeMlDsa } from '../node/native-ml-dsa.ts'
import { expected, pq, signerAddress, statement, wallet } from '../test/release-fixture.ts'
import { verifyRelease } from '../verify-release.ts'
import { accountText, addAccountSignature, addPqSignature } from './add-signature.ts'
import { missingSignatures, signedParts } from './signed-parts.ts'
import { decodeSigningFile, encodeSigningFile } from './signing-file.ts'
import { requestedStatement, signingRequest } from './signing-request.ts'

const coded = (code: string) => expect.objectContaining({ code })
const rotations = new Uint8Array([91, 93])
const keys = { pqKeyHash: expected.pqKeyHash, signer: signerAddress }
const request = signingRequest(statement, { keys, rotations })

describe('a signing file', () => {
  it('becomes a release that readers verify, whichever key signs first', async () => {
    const signature = await wallet.signMessage(accountText(request))
    for (const file of [
      addAccountSignature(await addPqSignature(request, pq), signature),
      await addPqSignature(addAccountSignature(request, signature), pq),
    ]) {
      const parts = signedParts(decodeSigningFile(encodeSigningFile(file)))
      expect(verifyRelease(parts.releaseJson, expected, { verifyMlDsa: nativeMlDsa.verify })).toEqual(statement)
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
