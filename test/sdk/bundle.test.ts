import { openAsBlob } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Wallet } from 'ethers'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hashFromRoot, parseDomainName } from '../../packages/core/dist/index.js'
import { openSavedFile } from '../../packages/ipfs-mirror/dist/index.js'
import { carFrames } from '../../packages/ipfs-mirror/src/car/car-frames.ts'
import { nativeMlDsa } from '../../packages/pq/dist/node/index.js'
import { startServer } from '../../packages/sdk/src/http-server.test.support.ts'
import {
  type Client,
  createClient,
  type VerificationReport,
  type VerifyBundleOptions,
  verifyBundle,
} from '../../packages/sdk/src/index.ts'
import { createMemorySource, type MemorySource } from '../../packages/sdk/src/unixfs/memory-source.test.support.ts'
import { makeRelease, RELEASE_KEY } from '../../packages/sdk/src/verify/signed-release.test.support.ts'
import { CHAIN_NODE as kind, startChainNode } from '../support/chain-node.ts'
import { deployRegistry, ROLE_KEYS, type TestRegistry } from '../support/test-registry.ts'

const DOMAIN = parseDomainName('bbbhhai.com')
const text = (value: string) => new TextEncoder().encode(value)
const siteOf = (release: number) => ({
  'index.html': text(`<h1>release ${release}</h1>`),
  'docs/index.html': text('docs'),
  'empty.txt': new Uint8Array(),
})

/** A chain with the registry, one domain with releases, a gateway with their blocks, and the site as it should be served. */
interface Stage extends AsyncDisposable {
  readonly registry: TestRegistry
  readonly client: Client
  readonly source: MemorySource
  publish(release: number, site: Readonly<Record<string, Uint8Array>>): Promise<void>
  verified(): Promise<VerificationReport>
  save(report?: VerificationReport): Promise<Uint8Array>
  /** What a reader knows of this chain. */
  asked(report?: VerificationReport): VerifyBundleOptions
}

async function openStage(): Promise<Stage> {
  await using stack = new AsyncDisposableStack()
  const node = stack.use(await startChainNode(kind))
  const registry = await deployRegistry(node)
  stack.defer(() => registry.close())
  const source = createMemorySource()
  let served: Readonly<Record<string, Uint8Array>> = {}
  const gateway = stack.use(
    await startServer(({ url = '' }, response) => {
      const cid = /^\/ipfs\/(\w+)/.exec(url)?.[1]
      const path = new URL(url, 'http://x').pathname.slice(1)
      const bytes = cid ? source.blocks.get(cid) : (served[path] ?? served[`${path}index.html`])
      if (bytes === undefined) response.statusCode = 404
      response.end(bytes)
    }),
  )
  const id = await registry.register(DOMAIN, { pqKeyHash: `0x${RELEASE_KEY.signer.keyId}` })
  const network = { chainId: node.chainId, registry: registry.address }
  const verifyMlDsa = nativeMlDsa.verify
  const client = createClient({ ...network, rpcUrls: [node.url], quorum: 1, gateways: [gateway.url], verifyMlDsa })
  const verified = () => client.verify(DOMAIN, { url: gateway.url })
  const owned = stack.move()
  return {
    registry,
    client,
    source,
    verified,
    async publish(release, site) {
      const statement = { domain: DOMAIN, release, ...network }
      const { root } = await makeRelease(site, { into: source, signer: new Wallet(ROLE_KEYS.signer), statement })
      await registry.sync(id, hashFromRoot(root))
      served = { ...site, '.well-known/domainsync/pq.spki': RELEASE_KEY.signer.spki }
    },
    save: async (report) => {
      const chunks: Uint8Array[] = []
      for await (const chunk of client.saveBundle(report ?? (await verified()))) chunks.push(chunk)
      return Buffer.concat(chunks)
    },
    asked: (report) => ({ domain: DOMAIN, ...network, blockHash: report?.block?.hash, verifyMlDsa }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

const blobOf = (...parts: Uint8Array[]) => new Blob(parts as Uint8Array<ArrayBuffer>[])
const codesOf = ({ failures }: VerificationReport) => failures.map(({ step, code }) => [step, code])

describe(`a saved bundle of a chain on ${kind}`, { timeout: 120_000 }, () => {
  let stage: Stage
  let report: VerificationReport
  let bundle: Uint8Array
  let known: VerifyBundleOptions

  beforeAll(async () => {
    stage = await openStage()
    await stage.publish(1, siteOf(1))
    await stage.publish(2, siteOf(2))
    report = await stage.verified()
    expect(report.failures).toEqual([])
    bundle = await stage.save(report)
    known = stage.asked(report)
  })
  afterAll(() => stage?.[Symbol.asyncDispose]())

  it('passes steps 1 to 6 without a network, in memory and from a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'domainsync-bundle-'))
    try {
      const path = join(folder, 'saved.car')
      await writeFile(path, bundle)
      await using onDisk = await openSavedFile(path)
      for (const file of [blobOf(bundle), await openAsBlob(path), onDisk]) {
        const offline = await verifyBundle(file, known)
        expect(offline).toMatchObject({ ok: true, release: 2, block: report.block, failures: [] })
        expect(offline.root?.equals(report.root)).toBe(true)
        expect(offline.checks.map(({ step }) => step)).toEqual([1, 2, 3, 3, 4, 5, 6])
      }
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('is the same bytes when it is saved again', async () => {
    expect(await stage.save(report)).toEqual(bundle)
  })

  it('is no verdict when the reader names no block, and says so', async () => {
    const { blockHash: _, ...unnamed } = known
    const offline = await verifyBundle(blobOf(bundle), unnamed)
    expect(codesOf(offline)).toEqual([[1, 'BLOCK_CLAIMED']])
    expect(offline.checks.at(-1)).toMatchObject({ step: 6, ok: true })
  })

  it('is refused when the reader knows another block, domain, chain or registry', async () => {
    const refusal = async (change: Partial<VerifyBundleOptions>) =>
      codesOf(await verifyBundle(blobOf(bundle), { ...known, ...change }))
    expect(await refusal({ blockHash: `0x${'12'.repeat(32)}` })).toEqual([[1, 'PROOF_BLOCK_MISMATCH']])
    expect(await refusal({ domain: 'other.example' })).toEqual([[1, 'PROOF_FIELD_MISMATCH']])
    expect(await refusal({ chainId: 1 })).toEqual([[1, 'PROOF_FIELD_MISMATCH']])
    expect(await refusal({ registry: `0x${'12'.repeat(20)}` })).toEqual([[1, 'PROOF_FIELD_MISMATCH']])
    for (const [change, code] of [
      [{ domain: 'no name' }, 'NAME_INVALID'],
      [{ registry: '0x12' }, 'REGISTRY_INVALID'],
      [{ blockHash: '0x12' }, 'BLOCK_HASH_INVALID'],
    ] as const) {
      await expect(verifyBundle(blobOf(bundle), { ...known, ...change })).rejects.toMatchObject({ code })
    }
  })

  it('is refused, with a code, whichever byte of it is changed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(bundle.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const changed = Uint8Array.from(bundle)
        changed[at]! ^= flip
        expectRefused(await verifyBundle(blobOf(changed), known))
      }),
      { numRuns: 1_000 },
    )
  })

  it('is refused when a part of a large file is changed', async () => {
    await using large = await openStage()
    await large.publish(1, { ...siteOf(1), 'large.bin': new Uint8Array(2_500_000).fill(1) })
    const found = await large.verified()
    const saved = await large.save(found)
    expect(await verifyBundle(blobOf(saved), large.asked(found))).toMatchObject({ ok: true })
    for (const at of [saved.indexOf(1, 20_000), saved.length >> 1, saved.length - 1]) {
      const changed = Uint8Array.from(saved)
      changed[at]! ^= 1
      expectRefused(await verifyBundle(blobOf(changed), large.asked(found)))
    }
  })

  it('is refused, with a code, when it is cut short or has more', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(bundle.length - 1), async (length) => {
        expectRefused(await verifyBundle(blobOf(bundle.subarray(0, length)), known))
      }),
      { numRuns: 100 },
    )
    expectRefused(await verifyBundle(blobOf(bundle, Uint8Array.of(0)), known))
    expectRefused(await verifyBundle(blobOf(bundle, bundle), known))
  })

  it('is refused when whole blocks are missing, double, foreign or in another order', async () => {
    const { header, proof, blocks } = await partsOf(bundle)
    const frames = [header, proof, ...blocks]
    const codes = async (changed: readonly Uint8Array[]) =>
      codesOf(await verifyBundle(blobOf(...changed.flatMap(framed)), known))
    expect(await codes(frames)).toEqual([])
    expect(await codes(frames.slice(0, -1))).toEqual([[3, 'CAR_INCOMPLETE']])
    for (const [at, frame] of frames.entries()) {
      const code = at === 0 ? /^CAR_(MALFORMED|BLOCK_TOO_LARGE)$/ : /^CAR_BLOCK_UNEXPECTED$|^CAR_INCOMPLETE$/
      expect(await codes(frames.toSpliced(at, 1))).toEqual([[3, expect.stringMatching(code)]])
      if (at === 0) continue
      expect(await codes([...frames, frame])).toEqual([[3, 'CAR_BLOCK_UNEXPECTED']])
    }
    expect(await codes([frames[0]!, frames[2]!, frames[1]!, ...frames.slice(3)])).toEqual([[3, 'CAR_BLOCK_UNEXPECTED']])
  })

  it('is refused when its proof is right and its release is another, or the other way round', async () => {
    await using fresh = await openStage()
    await fresh.publish(1, siteOf(1))
    const first = await fresh.save()
    await fresh.publish(2, siteOf(2))
    const now = await fresh.verified()
    const second = await fresh.save(now)
    expect(codesOf(await verifyBundle(blobOf(first), fresh.asked(now)))).toEqual([[1, 'PROOF_BLOCK_MISMATCH']])
    // The header of the first with the proof of the second: two roots that do not belong together.
    const [older, newer] = await Promise.all([first, second].map(partsOf))
    const crossed = blobOf(...[headerOf(older!, newer!), newer!.proof, ...older!.blocks].flatMap(framed))
    expect(codesOf(await verifyBundle(crossed, fresh.asked(now)))).toEqual([[2, 'CAR_ROOT_MISMATCH']])
  })

  it('of a chain that an attacker made passes only as a claim', async () => {
    await using forged = await openStage()
    // The same address, for it comes from the deployer's first transaction; everything else is the attacker's.
    expect(forged.registry.address).toBe(stage.registry.address)
    await forged.publish(1, { 'index.html': text('stolen') })
    const file = blobOf(await forged.save())
    expect(codesOf(await verifyBundle(file, known))).toEqual([[1, 'PROOF_BLOCK_MISMATCH']])
    const { blockHash: _, ...unnamed } = known
    expect(codesOf(await verifyBundle(file, unnamed))).toEqual([[1, 'BLOCK_CLAIMED']])
  })

  it('is made of nothing but what was verified', async () => {
    const failed = await stage.client.verify('unknown.example')
    await expect(stage.save(failed)).rejects.toMatchObject({ code: 'NOT_VERIFIED' })
    const { blocks } = stage.source
    const leaf = [...blocks.keys()].find(
      (cid) => cid.startsWith('bafk') && text('docs').length === blocks.get(cid)!.length,
    )!
    const bytes = blocks.get(leaf)!
    blocks.set(leaf, text('docz'))
    try {
      await expect(stage.save(report)).rejects.toMatchObject({ code: 'BLOCK_UNAVAILABLE' })
    } finally {
      blocks.set(leaf, bytes)
    }
  })

  it('ends with the caller’s reason when aborted', async () => {
    const reason = new Error('enough')
    const aborted = verifyBundle(blobOf(bundle), { ...known, signal: AbortSignal.abort(reason) })
    await expect(aborted).rejects.toBe(reason)
  })
})

function expectRefused(report: VerificationReport): void {
  expect(report.ok).toBe(false)
  for (const { code } of report.failures) expect(code).toMatch(/^(CAR|BLOCK|DAG|PROOF)_/)
}

async function partsOf(bundle: Uint8Array) {
  const frames: Uint8Array[] = []
  const limits = { maxHeaderBytes: 4096, maxFrameBytes: 2 ** 22 }
  for await (const frame of carFrames(blobOf(bundle).stream() as unknown as AsyncIterable<Uint8Array>, limits)) {
    frames.push(Uint8Array.from(frame))
  }
  const [header, proof, ...blocks] = frames
  return { header: header!, proof: proof!, blocks }
}

/** A header with the release of one bundle and the proof of another: the second CID is the end of it but `version 1`. */
function headerOf({ header }: { header: Uint8Array }, { header: other }: { header: Uint8Array }): Uint8Array {
  const proofAt = header.length - 9 - 36
  return Buffer.concat([header.subarray(0, proofAt), other.subarray(proofAt)])
}

const framed = (frame: Uint8Array) => [prefixOf(frame.length), frame]

function prefixOf(length: number): Uint8Array {
  const bytes: number[] = []
  for (let rest = length; ; rest >>>= 7) {
    if (rest < 128) return Uint8Array.from([...bytes, rest])
    bytes.push((rest & 127) | 128)
  }
}
