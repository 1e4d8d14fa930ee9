import { Wallet } from 'ethers'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { hashFromRoot, RELEASE_FILE } from '../../packages/core/dist/index.js'
import type { DomainReport } from '../../packages/healing-agent/src/index.ts'
import { writeCar } from '../../packages/ipfs-mirror/src/index.ts'
import { generateReleaseKey, spkiHash } from '../../packages/pq/dist/index.js'
import { createClient, registryInterface } from '../../packages/sdk/src/index.ts'
import { makeRelease, type ReleaseOverrides } from '../../packages/sdk/src/verify/signed-release.test.support.ts'
import { CHAIN_NODE } from '../support/chain-node.ts'
import { chromiumAbsence, startChromium } from '../support/chromium.ts'
import { openSdkPage, type SdkPage } from '../support/sdk-page.ts'
import { type SiteProxy, startSiteProxy } from '../support/site-proxy.ts'
import { ROLE_KEYS, roleAddress } from '../support/test-registry.ts'
import { type HealingStage, openHealingStage } from './support/healing-stage.ts'

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 })

const TWO_DAYS_S = 2 * 86_400
const page = (title: string) => `<!doctype html><title>${title}</title><p>${title}</p>`
const LANE_PAUSED = registryInterface.getError('LanePaused')!.selector
const STOLEN = page('stolen')
const healthy = ({ conditions, dns, served }: DomainReport) =>
  conditions.length === 0 && dns.status === 'match' && served === 'match'

describe('a thief who has the publisher key', () => {
  const stack = new AsyncDisposableStack()
  let stage: HealingStage
  let site: SiteProxy
  let inBrowser: SdkPage | undefined
  let first: string

  beforeAll(async () => {
    stage = stack.use(
      await openHealingStage(CHAIN_NODE, { settings: { maxRepairsPerHour: 30, maxRollbacksPerDay: 9 } }),
    )
    site = stack.use(await startSiteProxy(stage.nodeUrls[0]!, stage.name))
    if (!chromiumAbsence()) inBrowser = stack.use(await openSdkPage(stack.use(await startChromium())))
    await stage.publish(page('one'))
    first = hashFromRoot(await stage.liveRoot())
    await stage.publish(page('two'))
    await stage.until(healthy)
  })
  afterAll(() => stack.disposeAsync())

  /** What a reader in Node and one in Chromium find: the same in every word. */
  async function readersFind() {
    const { chainNode, registry, name, nodeUrls: gateways } = stage
    const network = { chainId: chainNode.chainId, registry: registry.address, rpcUrls: [chainNode.url], quorum: 1 }
    const url = `http://127.0.0.1:${site.port}`
    const client = createClient({ ...network, gateways })
    const report = await client.verify(name, { url, random: () => 0.5 })
    const plain = JSON.parse(JSON.stringify({ ...report, root: report.root?.toString() }))
    if (inBrowser) expect(await inBrowser.verify({ ...network, gateways, domain: name, url })).toEqual(plain)
    return { report, client, codes: report.failures.map(({ step, code }) => [step, code]) }
  }

  /** Logs a root as the next release, and expects that nobody takes it, that the agent goes back, and that it stays so. */
  async function expectRefused(root: string, wanted: { step: number; reason: string }) {
    const good = `${await stage.liveRoot()}`
    const before = Date.now()
    await sync(root)

    const { report, client, codes } = await readersFind()
    expect(codes).toEqual([[wanted.step, 'ROOT_UNVERIFIABLE']])
    await expect(client.read(stage.name, '/')).rejects.toMatchObject({ reason: wanted.reason })
    const saving = client.saveBundle(report)[Symbol.asyncIterator]()
    await expect(saving.next()).rejects.toMatchObject({ code: 'NOT_VERIFIED' })
    expect((await stage.read('/')).body).not.toBe(STOLEN)

    const isOver = (one: DomainReport) => healthy(one) && (one.incident?.closedAt ?? 0) > before
    const reports = await stage.until(isOver)
    const done = reports.flatMap(({ actions }) => actions).filter(({ outcome }) => outcome === 'done')
    expect(done.map(({ action }) => action.kind)).toEqual(expect.arrayContaining(['pausePublishing', 'rollback']))
    expect(reports.at(-1)!.release).toMatchObject({ root: good, stable: true, paused: 1 })
    expect(await stage.readLink()).toBe(good)
    expect((await stage.read('/')).body).not.toBe(STOLEN)
    await expect(sync(root)).rejects.toMatchObject({ data: expect.stringContaining(LANE_PAUSED) })
    expect((await readersFind()).codes).toEqual([])
  }

  /** A release of the thief's page that every node holds. */
  async function stolenRelease(overrides: ReleaseOverrides): Promise<string> {
    const { name: domain, chainNode, registry, replicas } = stage
    const { latest } = (await stage.agent.pass({ repair: false })).domains[0]!.release!
    const statement = { domain, release: latest + 1, chainId: chainNode.chainId, registry: registry.address }
    const files = { 'index.html': new TextEncoder().encode(STOLEN) }
    const { root, source } = await makeRelease(files, { statement, ...overrides })
    for (const replica of replicas) await replica.upload!(root, () => writeCar(root, source))
    return hashFromRoot(root)
  }

  /** The owner of the key sends with it too: a nonce that is used up is asked for again. */
  const sync = (root: string) => stage.registry.sync(stage.id, root).catch(() => stage.registry.sync(stage.id, root))

  /** The owner lets publishing go on. */
  const unpause = () => stage.registry.send('owner', 'unpause', stage.id, 1)

  it('cannot bring back an old release under a new number', async () => {
    await expectRefused(first, { step: 4, reason: 'SIGNER_SIGNATURE_INVALID' })
  })

  it('cannot publish what is signed by keys of their own', async () => {
    await unpause()
    await stage.publish(page('three'))
    await stage.until(healthy)
    const root = await stolenRelease({ key: generateReleaseKey(), signer: new Wallet(`0x${'77'.repeat(32)}`) })
    await expectRefused(root, { step: 3, reason: 'PQ_KEY_MISMATCH' })
  })

  it('cannot publish garbage beside the key that the chain names', async () => {
    await unpause()
    await stage.publish(page('four'))
    await stage.until(healthy)
    const garbage = new TextEncoder().encode(JSON.stringify({ payload: 'garbage', signatures: [{}, {}] }))
    const afterSigning = (files: Record<string, Uint8Array>) => Object.assign(files, { [RELEASE_FILE]: garbage })
    const root = await stolenRelease({ key: stage.releaseKey, afterSigning })
    await expectRefused(root, { step: 4, reason: 'ENVELOPE_MALFORMED' })
  })

  it('cannot publish what is signed by the keys of an epoch that ended', async () => {
    await unpause()
    await stage.publish(page('five'))
    await stage.until(healthy)
    const { registry, id, chainNode } = stage
    const next = {
      owner: roleAddress('owner'),
      guardian: roleAddress('guardian'),
      signer: roleAddress('guardian'),
      fromRelease: 0,
      pqKeyHash: spkiHash(generateReleaseKey().signer.spki),
    }
    await registry.send('owner', 'proposeTrust', id, next)
    await chainNode.request('evm_increaseTime', [TWO_DAYS_S + 1])
    await chainNode.request('evm_mine')
    await registry.send('owner', 'acceptTrust', id, next)
    await stage.until(healthy)
    expect((await readersFind()).codes).toEqual([])

    const root = await stolenRelease({ key: stage.releaseKey, signer: new Wallet(ROLE_KEYS.signer) })
    await expectRefused(root, { step: 3, reason: 'PQ_KEY_MISMATCH' })
  })
})
