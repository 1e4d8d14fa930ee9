import { createPrivateKey, createPublicKey, decapsulate, encapsulate, sign, verify } from 'node:crypto'
import { promisify } from 'node:util'
import { ml_dsa87 } from '@noble/post-quantum/ml-dsa.js'
import { ml_kem1024 } from '@noble/post-quantum/ml-kem.js'
import { Wallet } from 'ethers'
import {
  type AccountSigner,
  type MlDsaBackend,
  type MlKemBackend,
  nativeMlDsa,
  nativeMlKem,
  nobleMlDsa,
  nobleMlKem,
  signRelease,
  spkiHash,
  verifyRelease,
} from '../packages/pq/dist/node/index.js'
import { type Pair, type PairedOptions, pairedMs } from './paired.ts'
import { browserVerifyMs } from './pq-browser.ts'
import { type Measurement, medianMs, report } from './report.ts'

/** Most that our code may take on top of the library under it. */
const OVERHEAD_MAX = 1.05
const NODE_VERIFY_MAX_MS = 1
const BROWSER_VERIFY_MAX_MS = 15
const NATIVE: PairedOptions = { rounds: 2000 }
const NOBLE: PairedOptions = { rounds: 200 }
/** OpenSSL tries until a signature is short enough: the quickest tenth are those of the first trial. */
const NATIVE_SIGN: PairedOptions = { rounds: 2000, quantile: 0.1 }
const FILES = 1000

const seed = new Uint8Array(32).fill(1)
const kemSeed = new Uint8Array(64).fill(1)
const message = new TextEncoder().encode('DSSEv1 28 application/vnd.in-toto+json 4 text')
const signer = { native: nativeMlDsa.signer(seed), noble: nobleMlDsa.signer(seed) }
const { publicKey, spki } = signer.native
const signature = await signer.native.sign(message)
const holder = { native: nativeMlKem.decapsulator(kemSeed), noble: nobleMlKem.decapsulator(kemSeed) }
const { encapsulationKey } = holder.native
const { ciphertext } = nativeMlKem.encapsulate(encapsulationKey)

/** OpenSSL alone, its keys read beforehand, and noble alone: what ours cannot beat. */
const raw = {
  dsaKey: readPrivate('3034020100300b060960864801650304031304228020', seed),
  dsaPublicKey: createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }),
  kemKey: readPrivate('3054020100300b060960864801650304040304428040', kemSeed),
  dsaSecret: ml_dsa87.keygen(seed).secretKey,
  kemSecret: ml_kem1024.keygen(kemSeed).secretKey,
}
const kemPublicKey = createPublicKey(raw.kemKey)
const signAsync = promisify(sign)

function readPrivate(prefix: string, secret: Uint8Array) {
  return createPrivateKey({ key: Buffer.concat([Buffer.from(prefix, 'hex'), secret]), format: 'der', type: 'pkcs8' })
}

/** A refused signature would be a fast one. */
function must(ok: boolean): void {
  if (!ok) throw new Error('a good signature was refused')
}

const verifies = ({ verify: verifyMlDsa }: MlDsaBackend) => must(verifyMlDsa(signature, { message, publicKey }))
const encapsulates = ({ encapsulate: encapsulateTo }: MlKemBackend) => encapsulateTo(encapsulationKey)

/** The same randomness for both: noble signs from it, and may try once or ten times. */
async function withSameRandomness(measure: () => Promise<Pair>): Promise<Pair> {
  const { getRandomValues } = crypto
  let calls = 0
  crypto.getRandomValues = (array) => {
    const bytes = new Uint8Array(array!.buffer)
    bytes.fill(Math.floor(calls++ / 2))
    return array
  }
  try {
    return await measure()
  } finally {
    crypto.getRandomValues = getRandomValues
  }
}

const native = {
  sign: await pairedMs(
    () => signer.native.sign(message),
    () => signAsync(null, message, raw.dsaKey),
    NATIVE_SIGN,
  ),
  verify: await pairedMs(
    () => verifies(nativeMlDsa),
    () => must(verify(null, message, raw.dsaPublicKey, signature)),
    NATIVE,
  ),
  encapsulate: await pairedMs(
    () => encapsulates(nativeMlKem),
    () => encapsulate(kemPublicKey),
    NATIVE,
  ),
  decapsulate: await pairedMs(
    () => holder.native.decapsulate(ciphertext),
    () => decapsulate(raw.kemKey, ciphertext),
    NATIVE,
  ),
}
const noble = {
  sign: await withSameRandomness(() =>
    pairedMs(
      () => signer.noble.sign(message),
      () => ml_dsa87.sign(message, raw.dsaSecret),
      NOBLE,
    ),
  ),
  verify: await pairedMs(
    () => verifies(nobleMlDsa),
    () => must(ml_dsa87.verify(signature, message, publicKey)),
    NOBLE,
  ),
  encapsulate: await pairedMs(
    () => encapsulates(nobleMlKem),
    () => ml_kem1024.encapsulate(encapsulationKey),
    NOBLE,
  ),
  decapsulate: await pairedMs(
    () => holder.noble.decapsulate(ciphertext),
    () => ml_kem1024.decapsulate(ciphertext, raw.kemSecret),
    NOBLE,
  ),
}

/** A whole release, with both signatures, decoding and parsing. */
async function releaseMs(verifyMlDsa: MlDsaBackend['verify']): Promise<number> {
  const wallet: AccountSigner = Wallet.createRandom()
  const registry = `0x${'ab'.repeat(20)}` as const
  const name = { domain: 'example.test', release: 1, chainId: 31337, registry }
  const files = Array.from({ length: FILES }, (_, at) => ({ path: `page-${at}.html`, sha256: '5a'.repeat(32) }))
  const statement = { ...name, content: 'bafybeig', previous: null, createdAt: '2026-01-01T00:00:00.000Z', files }
  const bytes = await signRelease({ statement, pq: signer.native, signer: wallet })
  const expected = { ...name, spki, pqKeyHash: spkiHash(spki), signer: wallet.address as `0x${string}` }
  return medianMs(100, () => verifyRelease(bytes, expected, { verifyMlDsa }))
}

function beside(what: string, { ours, peer }: Pair, reference: string): Measurement {
  const goal = { of: 'ratio', atMost: OVERHEAD_MAX } as const
  return { what, value: ours, unit: 'ms', reference, referenceValue: peer, goal }
}

const inBrowser = await browserVerifyMs({ message, publicKey, signature })

report('pq', [
  beside('ML-DSA-87 sign, native', native.sign, 'OpenSSL alone'),
  beside('ML-DSA-87 verify, native', native.verify, 'OpenSSL alone'),
  beside('ML-KEM-1024 encapsulate, native', native.encapsulate, 'OpenSSL alone'),
  beside('ML-KEM-1024 decapsulate, native', native.decapsulate, 'OpenSSL alone'),
  beside('ML-DSA-87 sign, noble', noble.sign, 'noble alone'),
  beside('ML-DSA-87 verify, noble', noble.verify, 'noble alone'),
  beside('ML-KEM-1024 encapsulate, noble', noble.encapsulate, 'noble alone'),
  beside('ML-KEM-1024 decapsulate, noble', noble.decapsulate, 'noble alone'),
  {
    what: 'ML-DSA-87 verify in Node',
    value: native.verify.ours,
    unit: 'ms',
    reference: 'noble',
    referenceValue: noble.verify.ours,
    goal: { of: 'value', atMost: NODE_VERIFY_MAX_MS },
  },
  ...(inBrowser === undefined
    ? []
    : [
        {
          what: 'ML-DSA-87 verify in Chromium',
          value: inBrowser,
          unit: 'ms',
          reference: 'noble in Node',
          referenceValue: noble.verify.ours,
          goal: { of: 'value', atMost: BROWSER_VERIFY_MAX_MS } as const,
        },
      ]),
  {
    what: `release of ${FILES} files verified, native`,
    value: await releaseMs(nativeMlDsa.verify),
    unit: 'ms',
    reference: 'ML-DSA-87 alone',
    referenceValue: native.verify.ours,
  },
  {
    what: `release of ${FILES} files verified, noble`,
    value: await releaseMs(nobleMlDsa.verify),
    unit: 'ms',
    reference: 'ML-DSA-87 alone',
    referenceValue: noble.verify.ours,
  },
])
