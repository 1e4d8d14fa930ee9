import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { Wallet } from 'ethers'
import {
  type AccountSigner,
  type MlDsaBackend,
  nativeMlDsa,
  nobleMlDsa,
  signRelease,
  spkiHash,
  verifyRelease,
} from '../packages/pq/dist/node/index.js'
import { type Measurement, medianMs, report } from './report.ts'

const NATIVE_VERIFY_MAX_MS = 1
/** For a browser; measured here, where the engine is Chromium's. */
const NOBLE_VERIFY_MAX_MS = 15
const RUNS = 200
const FILES = 1000

const seed = new Uint8Array(32).fill(1)
const message = new TextEncoder().encode('DSSEv1 28 application/vnd.in-toto+json 4 text')
const { publicKey, spki } = nativeMlDsa.signer(seed)

/** OpenSSL alone, its keys read beforehand: what the native one cannot beat. */
async function openSsl(): Promise<{ signMs: number; verifyMs: number }> {
  const pkcs8 = Buffer.concat([Buffer.from('3034020100300b060960864801650304031304228020', 'hex'), seed])
  const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
  const signature = sign(null, message, privateKey)
  return {
    signMs: await medianMs(RUNS, () => sign(null, message, privateKey)),
    verifyMs: await medianMs(RUNS, () => must(verify(null, message, key, signature))),
  }
}

async function timesOf(backend: MlDsaBackend): Promise<{ signMs: number; verifyMs: number }> {
  const signer = backend.signer(seed)
  const signature = await signer.sign(message)
  return {
    signMs: await medianMs(RUNS, () => signer.sign(message)),
    verifyMs: await medianMs(RUNS, () => must(backend.verify(signature, { message, publicKey }))),
  }
}

/** A whole release, with both signatures, decoding and parsing. */
async function releaseMs(verifyMlDsa: MlDsaBackend['verify']): Promise<number> {
  const wallet: AccountSigner = Wallet.createRandom()
  const registry = `0x${'ab'.repeat(20)}` as const
  const name = { domain: 'example.test', release: 1, chainId: 31337, registry }
  const files = Array.from({ length: FILES }, (_, at) => ({ path: `page-${at}.html`, sha256: '5a'.repeat(32) }))
  const statement = { ...name, content: 'bafybeig', previous: null, createdAt: '2026-01-01T00:00:00.000Z', files }
  const bytes = await signRelease({ statement, pq: nativeMlDsa.signer(seed), signer: wallet })
  const expected = { ...name, spki, pqKeyHash: spkiHash(spki), signer: wallet.address as `0x${string}` }
  return medianMs(RUNS / 2, () => verifyRelease(bytes, expected, { verifyMlDsa }))
}

/** A refused signature would be a fast one. */
function must(ok: boolean): void {
  if (!ok) throw new Error('a good signature was refused')
}

const limit = await openSsl()
const native = await timesOf(nativeMlDsa)
const noble = await timesOf(nobleMlDsa)
const release = { native: await releaseMs(nativeMlDsa.verify), noble: await releaseMs(nobleMlDsa.verify) }

const measurements: Measurement[] = [
  {
    what: 'ML-DSA-87 verify, native',
    value: native.verifyMs,
    unit: 'ms',
    reference: 'OpenSSL, key read before',
    referenceValue: limit.verifyMs,
    goal: { of: 'value', atMost: NATIVE_VERIFY_MAX_MS },
  },
  {
    what: 'ML-DSA-87 verify, noble',
    value: noble.verifyMs,
    unit: 'ms',
    reference: 'native',
    referenceValue: native.verifyMs,
    goal: { of: 'value', atMost: NOBLE_VERIFY_MAX_MS },
  },
  {
    what: 'ML-DSA-87 sign, native',
    value: native.signMs,
    unit: 'ms',
    reference: 'OpenSSL',
    referenceValue: limit.signMs,
  },
  {
    what: 'ML-DSA-87 sign, noble',
    value: noble.signMs,
    unit: 'ms',
    reference: 'native',
    referenceValue: native.signMs,
  },
  {
    what: `release of ${FILES} files verified, native`,
    value: release.native,
    unit: 'ms',
    reference: 'ML-DSA-87 alone',
    referenceValue: native.verifyMs,
  },
  {
    what: `release of ${FILES} files verified, noble`,
    value: release.noble,
    unit: 'ms',
    reference: 'ML-DSA-87 alone',
    referenceValue: noble.verifyMs,
  },
]
report('pq', measurements)
