import { RELEASE_PAYLOAD_TYPE, type ReleaseStatement } from '@domainsync/core'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { verifyMessage, Wallet } from 'ethers'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { decodeEnvelope, type Envelope, type EnvelopeSignature, encodeEnvelope, preAuthEncoding } from './dsse.ts'
import { nobleMlDsa } from './noble-ml-dsa.ts'
import { nativeMlDsa } from './node/native-ml-dsa.ts'
import { releaseText } from './release-text.ts'
import type { AccountSigner } from './sign-hybrid.ts'
import { signRelease } from './sign-release.ts'
import { spkiHash } from './spki.ts'
import { expected, pq, signerAddress, statement, wallet } from './test/release-fixture.ts'
import { type ReleaseExpectation, verifyRelease } from './verify-release.ts'

const fast = { verifyMlDsa: nativeMlDsa.verify }
const coded = (code: string) => expect.objectContaining({ code })

let signed: Uint8Array
let envelope: Envelope
let pqSignature: EnvelopeSignature
let accountSignature: EnvelopeSignature

beforeAll(async () => {
  signed = await signRelease({ statement, pq, signer: wallet }, fast)
  envelope = decodeEnvelope(signed)
  pqSignature = envelope.signatures[0]!
  accountSignature = envelope.signatures[1]!
})

/** Verifies a changed envelope, or the good one against a changed expectation. */
function verify(change: Partial<Envelope>, against: Partial<ReleaseExpectation> = {}): ReleaseStatement {
  return verifyRelease(encodeEnvelope({ ...envelope, ...change }), { ...expected, ...against }, fast)
}

/** A statement signed by both keys without any check: what only a holder of both keys can make. */
async function signAnything(payload: Uint8Array, payloadType = RELEASE_PAYLOAD_TYPE): Promise<Uint8Array> {
  const encoding = preAuthEncoding({ payloadType, payload })
  const accountSig = await wallet.signMessage(releaseText(expected, encoding))
  return encodeEnvelope({
    payloadType,
    payload,
    signatures: [
      { keyid: pq.keyId, sig: await pq.sign(encoding) },
      { keyid: signerAddress, sig: hexToBytes(accountSig.slice(2)) },
    ],
  })
}

describe('a signed release', () => {
  it.each([nobleMlDsa, nativeMlDsa])('is read back after both signatures held: $name', ({ verify: verifyMlDsa }) => {
    expect(verifyRelease(signed, expected, { verifyMlDsa })).toEqual(statement)
  })

  it('is verified by noble when nothing is said', () => {
    expect(verifyRelease(signed, expected)).toEqual(statement)
  })

  it('has exactly the two signatures of the design, in their order', () => {
    const encoding = preAuthEncoding(envelope)
    expect(envelope.signatures.map(({ keyid }) => keyid)).toEqual([expected.pqKeyHash.slice(2), signerAddress])
    expect(nobleMlDsa.verify(pqSignature.sig, { message: encoding, publicKey: pq.publicKey })).toBe(true)
    const text = `DomainSync release 7 of example.test on chain 31337: sha256 ${bytesToHex(sha256(encoding))}`
    expect(verifyMessage(text, `0x${bytesToHex(accountSignature.sig)}`)).toBe(wallet.address)
  })

  it('accepts the expected addresses in checksum case', () => {
    const signer = wallet.address as ReleaseExpectation['signer']
    const registry = '0x5FbDB2315678afecb367f032d93F642f64180aa3'
    expect(verify({}, { signer, registry })).toEqual(statement)
  })
})

describe('signing', () => {
  it('keeps a wallet that answers v as 0 or 1', async () => {
    const ledger: AccountSigner = {
      address: wallet.address,
      signMessage: async (text) => {
        const signature = await wallet.signMessage(text)
        return signature.slice(0, -2) + (signature.endsWith('1b') ? '00' : '01')
      },
    }
    for (let release = 1; release <= 6; release++) {
      const bytes = await signRelease({ statement: { ...statement, release }, pq, signer: ledger }, fast)
      expect(verifyRelease(bytes, { ...expected, release }, fast).release).toBe(release)
    }
  })

  it.each<[string, (text: string) => Promise<string>]>([
    ['with another key', (text) => Wallet.createRandom().signMessage(text)],
    ['another text', () => wallet.signMessage('something else')],
    ['with no hex', async () => 'sorry'],
    ['in the compact form of 64 bytes', async (text) => (await wallet.signMessage(text)).slice(0, -2)],
  ])('refuses a wallet that signs %s', async (_, signMessage) => {
    const signer = { address: wallet.address, signMessage }
    await expect(signRelease({ statement, pq, signer }, fast)).rejects.toThrow(coded('SIGNER_SIGNATURE_INVALID'))
  })

  it('refuses a post-quantum signer whose key is another', async () => {
    const liar = { ...pq, sign: nativeMlDsa.signer(new Uint8Array(32).fill(9)).sign }
    await expect(signRelease({ statement, pq: liar, signer: wallet }, fast)).rejects.toThrow(
      coded('PQ_SIGNATURE_INVALID'),
    )
  })

  it('refuses a statement that no reader would accept', async () => {
    const wrong = { ...statement, release: 0 }
    await expect(signRelease({ statement: wrong, pq, signer: wallet }, fast)).rejects.toThrow(
      coded('RELEASE_MALFORMED'),
    )
  })

  it('stops at an abort before the wallet is asked', async () => {
    const controller = new AbortController()
    let asked = false
    const slow = {
      ...pq,
      sign: async (message: Uint8Array) => {
        controller.abort(new Error('stop'))
        return pq.sign(message)
      },
    }
    const signer = {
      address: wallet.address,
      signMessage: async (text: string) => {
        asked = true
        return wallet.signMessage(text)
      },
    }
    const { signal } = controller
    await expect(signRelease({ statement, pq: slow, signer }, { ...fast, signal })).rejects.toThrow('stop')
    expect(asked).toBe(false)
  })
})

describe('verification refuses', () => {
  it.each<[string, () => EnvelopeSignature[]]>([
    ['no signature', () => []],
    ['the post-quantum one alone', () => [pqSignature]],
    ["the account's alone", () => [accountSignature]],
    ['a third, repeated', () => [pqSignature, accountSignature, accountSignature]],
    ['a third, foreign', () => [pqSignature, accountSignature, { keyid: 'x', sig: new Uint8Array(65) }]],
  ])('%s', (_, signatures) => {
    expect(() => verify({ signatures: signatures() })).toThrow(coded('SIGNATURE_COUNT'))
  })

  it('the post-quantum signature twice in the place of both', () => {
    expect(() => verify({ signatures: [pqSignature, pqSignature] })).toThrow(coded('SIGNER_MISMATCH'))
  })

  it("the account's signature twice in the place of both", () => {
    expect(() => verify({ signatures: [accountSignature, accountSignature] })).toThrow(coded('PQ_KEY_MISMATCH'))
  })

  it('the two in the other order', () => {
    expect(() => verify({ signatures: [accountSignature, pqSignature] })).toThrow(coded('PQ_KEY_MISMATCH'))
  })

  it('swapped key ids', () => {
    const signatures = [
      { ...pqSignature, keyid: accountSignature.keyid },
      { ...accountSignature, keyid: pqSignature.keyid },
    ]
    expect(() => verify({ signatures })).toThrow(coded('PQ_KEY_MISMATCH'))
  })

  it('swapped signature bytes', () => {
    const signatures = [
      { ...pqSignature, sig: accountSignature.sig },
      { ...accountSignature, sig: pqSignature.sig },
    ]
    expect(() => verify({ signatures })).toThrow(coded('PQ_SIGNATURE_INVALID'))
  })

  it.each(['', '0x', 'AB'])('the key id %j in the place of either', (keyid) => {
    expect(() => verify({ signatures: [{ ...pqSignature, keyid }, accountSignature] })).toThrow(
      coded('PQ_KEY_MISMATCH'),
    )
    expect(() => verify({ signatures: [pqSignature, { ...accountSignature, keyid }] })).toThrow(
      coded('SIGNER_MISMATCH'),
    )
  })

  it('key ids in upper case', () => {
    const upper = (signature: EnvelopeSignature) => ({ ...signature, keyid: signature.keyid.toUpperCase() })
    expect(() => verify({ signatures: [upper(pqSignature), accountSignature] })).toThrow(coded('PQ_KEY_MISMATCH'))
    expect(() => verify({ signatures: [pqSignature, upper(accountSignature)] })).toThrow(coded('SIGNER_MISMATCH'))
  })

  it('another payload type, signed or not', async () => {
    const payloadType = 'application/json'
    expect(() => verify({ payloadType })).toThrow(coded('PAYLOAD_TYPE_UNEXPECTED'))
    const bytes = await signAnything(envelope.payload, payloadType)
    expect(() => verifyRelease(bytes, expected, fast)).toThrow(coded('PAYLOAD_TYPE_UNEXPECTED'))
  })

  it('a pq.spki that the chain does not name', () => {
    const { spki } = nativeMlDsa.signer(new Uint8Array(32).fill(3))
    expect(() => verify({}, { spki })).toThrow(coded('PQ_KEY_MISMATCH'))
    expect(() => verify({}, { pqKeyHash: spkiHash(spki) })).toThrow(coded('PQ_KEY_MISMATCH'))
    expect(() => verify({}, { pqKeyHash: `0x${'00'.repeat(32)}` })).toThrow(coded('PQ_KEY_MISMATCH'))
    expect(() => verify({}, { spki: new Uint8Array() })).toThrow(coded('PQ_KEY_MISMATCH'))
  })

  it('a release by a key that the chain does not name, although it says so itself', async () => {
    const thief = nativeMlDsa.signer(new Uint8Array(32).fill(3))
    const bytes = await signRelease({ statement, pq: thief, signer: wallet }, fast)
    expect(() => verifyRelease(bytes, expected, fast)).toThrow(coded('PQ_KEY_MISMATCH'))
    const relabelled = decodeEnvelope(bytes).signatures.map((signature, index) => ({
      ...signature,
      keyid: envelope.signatures[index]!.keyid,
    }))
    expect(() => verify({ signatures: relabelled })).toThrow(coded('PQ_SIGNATURE_INVALID'))
  })

  it('bytes as a key that only the chain vouches for', () => {
    const spki = new Uint8Array(100)
    const signatures = [{ ...pqSignature, keyid: spkiHash(spki).slice(2) }, accountSignature]
    expect(() => verify({ signatures }, { spki, pqKeyHash: spkiHash(spki) })).toThrow(coded('PQ_KEY_MALFORMED'))
  })

  it('an account that the chain does not name', async () => {
    const thief = Wallet.createRandom()
    const signer = thief.address.toLowerCase() as ReleaseExpectation['signer']
    expect(() => verify({}, { signer })).toThrow(coded('SIGNER_MISMATCH'))
    const stolen = hexToBytes((await thief.signMessage(releaseText(expected, preAuthEncoding(envelope)))).slice(2))
    expect(() => verify({ signatures: [pqSignature, { ...accountSignature, sig: stolen }] })).toThrow(
      coded('SIGNER_SIGNATURE_INVALID'),
    )
  })

  it.each<[string, Partial<ReleaseExpectation>]>([
    ['domain', { domain: 'other.test' }],
    ['release', { release: 8 }],
    ['chain', { chainId: 1 }],
  ])('another %s by the text the account signed, before it parses', (_, against) => {
    expect(() => verify({}, against)).toThrow(coded('SIGNER_SIGNATURE_INVALID'))
  })

  it('another registry', () => {
    expect(() => verify({}, { registry: `0x${'ee'.repeat(20)}` })).toThrow(coded('RELEASE_FIELD_MISMATCH'))
  })

  it.each<[string, Partial<ReleaseStatement>]>([
    ['domain', { domain: 'other.test' }],
    ['release', { release: 8 }],
    ['chainId', { chainId: 1 }],
    ['registry', { registry: `0x${'ee'.repeat(20)}` }],
  ])('a statement whose %s is not what both keys signed it as', async (field, change) => {
    const { encodeReleaseStatement } = await import('@domainsync/core')
    const bytes = await signAnything(encodeReleaseStatement({ ...statement, ...change }))
    expect(() => verifyRelease(bytes, expected, fast)).toThrow(
      expect.objectContaining({ code: 'RELEASE_FIELD_MISMATCH', message: expect.stringContaining(` ${field} `) }),
    )
  })

  it('what is no statement, although both keys signed it', async () => {
    const bytes = await signAnything(new TextEncoder().encode('{}'))
    expect(() => verifyRelease(bytes, expected, fast)).toThrow(coded('RELEASE_MALFORMED'))
  })

  it('a payload that is no statement by its signatures, not by its shape: nothing is parsed before', () => {
    const payload = new TextEncoder().encode('not JSON')
    expect(() => verify({ payload })).toThrow(coded('PQ_SIGNATURE_INVALID'))
  })

  it('a change of any one byte of release.json', () => {
    const codes = new Set<string>()
    fc.assert(
      fc.property(fc.nat(signed.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const changed = signed.slice()
        changed[at]! ^= mask
        try {
          verifyRelease(changed, expected, fast)
        } catch (error) {
          codes.add((error as { code: string }).code)
          return
        }
        throw new Error(`byte ${at} changed by ${mask} was accepted`)
      }),
      { numRuns: 1500 },
    )
    expect([...codes].filter((code) => code === undefined)).toEqual([])
    expect(codes).toContain('ENVELOPE_MALFORMED')
    expect(codes).toContain('PQ_SIGNATURE_INVALID')
  })

  it('a change of one character at each place that has a meaning of its own', () => {
    const text = new TextDecoder().decode(signed)
    const places: [string, string][] = [
      [RELEASE_PAYLOAD_TYPE.slice(0, 8), 'PAYLOAD_TYPE_UNEXPECTED'],
      ['"payload":"', 'PQ_SIGNATURE_INVALID'],
      [pq.keyId.slice(0, 20), 'PQ_KEY_MISMATCH'],
      [signerAddress.slice(0, 20), 'SIGNER_MISMATCH'],
      [`${pq.keyId}","sig":"`, 'PQ_SIGNATURE_INVALID'],
      [`${signerAddress}","sig":"`, 'SIGNER_SIGNATURE_INVALID'],
    ]
    for (const [before, code] of places) {
      const at = text.indexOf(before) + before.length + 8
      const other = text[at] === 'b' ? 'c' : 'b'
      const changed = text.slice(0, at) + other + text.slice(at + 1)
      expect(() => verifyRelease(new TextEncoder().encode(changed), expected, fast), before).toThrow(coded(code))
    }
  })
})
