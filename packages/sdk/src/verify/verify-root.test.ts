import { DAG_PB, RELEASE_FILE, type ReleaseStatement, SPKI_FILE } from '@domainsync/core'
import { generateReleaseKey } from '@domainsync/pq'
import { decode, encode, prepare } from '@ipld/dag-pb'
import { Wallet } from 'ethers'
import fc from 'fast-check'
import { UnixFS } from 'ipfs-unixfs'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'
import { describe, expect, it } from 'vitest'
import { resolvePath } from '../unixfs/resolve-path.ts'
import type { Check } from './check.ts'
import { checkHead } from './check-head.ts'
import {
  CHAIN_ID,
  type Files,
  makeRelease,
  REGISTRY,
  type ReleaseOverrides,
  stateOf,
} from './signed-release.test.support.ts'
import { verifyRoot } from './verify-root.ts'

const text = (value: string) => new TextEncoder().encode(value)
const SITE: Files = {
  'index.html': text('<h1>hello</h1>'),
  '404.html': text('gone'),
  'assets/app.js': text('app()'),
  'big.bin': new Uint8Array(2_200_000).map((_, i) => i % 251),
}

async function verify(overrides: ReleaseOverrides = {}, input: Partial<Parameters<typeof verifyRoot>[0]> = {}) {
  const { root, source } = await makeRelease(SITE, overrides)
  return verifyRoot({ state: stateOf(root), source, chainId: CHAIN_ID, registry: REGISTRY, ...input })
}

describe('verifyRoot', () => {
  it('accepts a release whose signatures, fields and files are right, and tells of each step', async () => {
    const checks: Check[] = []
    const release = await verify({}, { onCheck: (check) => checks.push(check) })
    expect(release.statement).toMatchObject({ domain: 'bbbhhai.com', release: 3 })
    expect(release.files.map(({ path }) => path)).toEqual([SPKI_FILE, ...Object.keys(SITE)].sort())
    expect(checks.map(({ step, ok }) => [step, ok])).toEqual([3, 4, 5, 6].map((step) => [step, true]))
  })

  const set = (path: string, bytes: Uint8Array) => (files: Record<string, Uint8Array>) =>
    Object.assign(files, { [path]: bytes })
  const added = (path: string) => set(path, text('injected'))
  const without = (path: string) => (files: Record<string, Uint8Array>) => void delete files[path]
  it.each<[string, number, string, ReleaseOverrides]>([
    ['no manifest', 3, 'RELEASE_MISSING', { afterSigning: without(RELEASE_FILE) }],
    ['no key', 3, 'RELEASE_MISSING', { afterSigning: without(SPKI_FILE) }],
    ['another post-quantum key', 3, 'PQ_KEY_MISMATCH', { key: generateReleaseKey() }],
    ['another signer', 4, 'SIGNER_MISMATCH', { signer: new Wallet(`0x${'43'.repeat(32)}`) }],
    ['a manifest of something else', 4, 'ENVELOPE_MALFORMED', { afterSigning: set(RELEASE_FILE, text('{}')) }],
    ['an added file', 6, 'FILES_MISMATCH', { afterSigning: added('extra.js') }],
    ['an added file beside the manifest', 6, 'FILES_MISMATCH', { afterSigning: added('.well-known/domainsync/extra') }],
    ['a changed file', 6, 'FILES_MISMATCH', { afterSigning: added('index.html') }],
    ['a changed chunked file', 6, 'FILES_MISMATCH', { afterSigning: set('big.bin', new Uint8Array(2_200_000)) }],
    ['a missing file', 6, 'FILES_MISMATCH', { afterSigning: without('assets/app.js') }],
  ])('refuses %s at step %i', async (_, step, reason, overrides) => {
    await expect(verify(overrides)).rejects.toMatchObject({ code: 'ROOT_UNVERIFIABLE', step, reason, retryable: false })
  })

  it.each<[string, Partial<ReleaseStatement>]>([
    ['domain', { domain: 'auditorsec.com' }],
    ['release', { release: 4 }],
    ['chain', { chainId: 1 }],
    ['registry', { registry: `0x${'cd'.repeat(20)}` }],
  ])('refuses a statement that was signed for another %s', async (_, statement) => {
    // Release, domain and chain are in the account's text, so its signature fails first; the registry is compared.
    await expect(verify({ statement })).rejects.toMatchObject({ code: 'ROOT_UNVERIFIABLE' })
  })

  it('refuses an empty directory, which no list can name', async () => {
    const { root, source } = await makeRelease(SITE)
    const put = async (bytes: Uint8Array) => {
      const cid = CID.createV1(DAG_PB, await sha256.digest(bytes))
      source.put(cid, bytes)
      return cid
    }
    const empty = await put(encode(prepare({ Data: new UnixFS({ type: 'directory' }).marshal() })))
    const node = decode(source.blocks.get(root.toString())!)
    const links = [...node.Links, { Name: 'empty', Hash: empty, Tsize: 4 }]
    const changed = await put(encode(prepare({ Data: node.Data!, Links: links })))
    await expect(
      verifyRoot({ state: stateOf(changed), source, chainId: CHAIN_ID, registry: REGISTRY }),
    ).rejects.toMatchObject({ code: 'ROOT_UNVERIFIABLE', reason: 'FILES_MISMATCH' })
  })

  it('says unavailable, not unverifiable, when a block cannot be had or a source lies', async () => {
    const { root, source } = await makeRelease(SITE)
    const input = { state: stateOf(root), source, chainId: CHAIN_ID, registry: REGISTRY }
    const manifest = await resolvePath(root, RELEASE_FILE, { source })
    const bytes = source.blocks.get(manifest!.cid.toString())!
    source.blocks.delete(manifest!.cid.toString())
    await expect(verifyRoot(input)).rejects.toMatchObject({
      code: 'ROOT_UNAVAILABLE',
      reason: 'BLOCK_MISSING',
      retryable: true,
    })
    source.put(manifest!.cid, text('lie'))
    await expect(verifyRoot(input)).rejects.toMatchObject({ code: 'ROOT_UNAVAILABLE', reason: 'BLOCK_CORRUPT' })
    source.put(manifest!.cid, bytes)
    await expect(verifyRoot(input)).resolves.toMatchObject({ root })
  })

  it('verifies another root than the live one under the number and trust it is given', async () => {
    const { root, source } = await makeRelease(SITE, { statement: { release: 4 } })
    const other = await makeRelease({ 'index.html': text('live') }, { into: source })
    const state = stateOf(other.root)
    const input = { state, source, chainId: CHAIN_ID, registry: REGISTRY, root, release: 4 }
    await expect(verifyRoot(input)).resolves.toMatchObject({ root, statement: { release: 4 } })
    await expect(verifyRoot({ ...input, release: 5 })).rejects.toMatchObject({ code: 'ROOT_UNVERIFIABLE' })
    const trust = { ...state.trust, signer: `0x${'99'.repeat(20)}` as const }
    await expect(verifyRoot({ ...input, trust })).rejects.toMatchObject({ reason: 'SIGNER_MISMATCH' })
  })

  it('never accepts a manifest with any byte changed', async () => {
    const { root, source } = await makeRelease({ 'index.html': text('x') })
    const manifest = source.blocks.get((await resolvePath(root, RELEASE_FILE, { source }))!.cid.toString())!
    const afterSigning = (files: Record<string, Uint8Array>) => Object.assign(files, { [RELEASE_FILE]: manifest })
    const same = await makeRelease({ 'index.html': text('x') }, { afterSigning })
    expect(same.root.equals(root), 'unchanged bytes are the same release').toBe(true)
    await fc.assert(
      fc.asyncProperty(fc.nat(manifest.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const changed = manifest.slice()
        changed[at]! ^= flip
        const afterSigning = (files: Record<string, Uint8Array>) => Object.assign(files, { [RELEASE_FILE]: changed })
        const tampered = await makeRelease({ 'index.html': text('x') }, { afterSigning })
        const input = { state: stateOf(tampered.root), source: tampered.source, chainId: CHAIN_ID, registry: REGISTRY }
        await expect(verifyRoot(input)).rejects.toMatchObject({ code: 'ROOT_UNVERIFIABLE' })
      }),
      { numRuns: 40 },
    )
  })

  it('ends with the caller’s reason when aborted', async () => {
    const reason = new Error('enough')
    await expect(verify({}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })
})

describe('checkHead', () => {
  it('refuses a quarantined release, a domain without one, and another node', async () => {
    const { root } = await makeRelease(SITE)
    expect(checkHead(stateOf(root)).equals(root)).toBe(true)
    const coded = (code: string) => expect.objectContaining({ code })
    expect(() => checkHead(stateOf(root, { stable: false }))).toThrow(coded('RELEASE_QUARANTINED'))
    const state = stateOf(root)
    expect(() => checkHead({ ...state, head: { ...state.head, live: 0 } })).toThrow(coded('RELEASE_NONE'))
    expect(() => checkHead({ ...state, node: `0x${'00'.repeat(32)}` })).toThrow(coded('NODE_MISMATCH'))
  })
})
