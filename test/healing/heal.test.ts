import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { hashFromRoot } from '../../packages/core/dist/index.js'
import type { DomainReport } from '../../packages/healing-agent/src/index.ts'
import { importFolder, writeCar } from '../../packages/ipfs-mirror/src/index.ts'
import { CHAIN_NODE } from '../support/chain-node.ts'
import { type HealingStage, openHealingStage } from './support/healing-stage.ts'

vi.setConfig({ testTimeout: 60_000 })

/** Healing took this long at most, in milliseconds; the promise is five minutes. */
const HEALED_WITHIN_MS = 30_000
const FORGED = 'bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi'

const page = (title: string) => `<!doctype html><title>${title}</title><p>${title}</p>`
const healthy = ({ conditions, replicas, dns, served }: DomainReport) =>
  conditions.length === 0 && replicas.stored === 3 && dns.status === 'match' && served === 'match'

function done(reports: readonly DomainReport[]): string[] {
  return reports
    .flatMap(({ actions }) => actions)
    .filter(({ outcome, action }) => outcome === 'done' && action.kind !== 'notify' && action.kind !== 'page')
    .map(({ action }) => action.kind)
}

describe('healing over a real chain, real nodes and a real DNS server', () => {
  let stage: HealingStage
  let second: string

  beforeAll(async () => {
    // Six faults in a minute on one domain: more than the cap of an hour would let it mend.
    stage = await openHealingStage(CHAIN_NODE, { settings: { maxRepairsPerHour: 30 } })
    await stage.publish(page('one'))
    second = await stage.publish(page('two'))
    await stage.until(healthy)
  })
  afterAll(async () => stage?.[Symbol.asyncDispose]())

  /** Heals what was broken just now; gives the reports up to the end of the incident. */
  async function heal(): Promise<DomainReport[]> {
    const before = Date.now()
    const reports = await stage.until((report) => healthy(report) && (report.incident?.closedAt ?? 0) > before)
    const { firstBadAt, closedAt } = reports.at(-1)!.incident!
    expect(closedAt! - firstBadAt).toBeLessThan(HEALED_WITHIN_MS)
    return reports
  }

  it('keeps the first release, and finds everything in order', async () => {
    const { domains } = await stage.agent.pass({ repair: true })
    expect(domains).toMatchObject([
      {
        release: { live: 2, root: second, kept: 2 },
        served: 'match',
        checks: 'pass',
        verified: 'yes',
        dns: { status: 'match', resolvers: { match: 1, of: 1 } },
        replicas: { stored: 3, of: 3 },
        conditions: [],
        error: null,
      },
    ])
  })

  it('resets a forged TXT record', async () => {
    await stage.forge(FORGED)
    expect(await stage.readLink()).toBe(FORGED)
    const reports = await heal()
    expect(done(reports)).toEqual(['swapDns'])
    expect(await stage.readLink()).toBe(second)
  })

  it('starts a replica that was killed, and restores what it lost', async () => {
    await stage.kill('node-1')
    const reports = await heal()
    // Which of the two brings the blocks back depends on which probe is confirmed first.
    expect(done(reports)).toContain('restart')
    expect(done(reports).some((kind) => kind === 'reupload' || kind === 'redeploy')).toBe(true)
    expect((await stage.read('/')).body).toBe(page('two'))
    expect(stage.sent).toContainEqual(
      expect.objectContaining({ severity: 'critical', title: 'bbbhhai.com: NodeOffline (node-1)' }),
    )
  })

  it('restores a copy that a provider dropped', async () => {
    const [, provider] = stage.replicas
    await provider!.remove!(await stage.liveRoot())
    expect(done(await heal())).toEqual(['reupload'])
  })

  it('goes back from a broken release on chain, in DNS and for readers', async () => {
    const broken = await stage.publish('<p>no title</p>')
    expect(await stage.readLink()).toBe(broken)
    const reports = await heal()
    expect(done(reports)).toContain('rollback')
    expect(reports.at(-1)!.release).toMatchObject({ live: 2, latest: 3, root: second, stable: true })
    expect(await stage.readLink()).toBe(second)
    expect((await stage.read('/')).body).toBe(page('two'))
  })

  it('stops publishing and goes back from a release that nobody signed', async () => {
    const fourth = await stage.publish(page('four'))
    await stage.until((report) => healthy(report) && report.release?.root === fourth)
    const folder = await mkdtemp(join(tmpdir(), 'unsigned-'))
    await writeFile(join(folder, 'index.html'), page('evil'))
    const { root } = await importFolder(folder, { store: stage.blocks })
    await rm(folder, { recursive: true })
    for (const replica of stage.replicas) await replica.upload!(root, () => writeCar(root, stage.blocks))
    await stage.registry.sync(stage.id, hashFromRoot(root))
    const reports = await heal()
    expect(done(reports)).toEqual(expect.arrayContaining(['pausePublishing', 'rollback']))
    expect(reports.at(-1)!.release).toMatchObject({ live: 4, latest: 5, root: fourth, paused: 1 })
    expect(await stage.readLink()).toBe(fourth)
    await expect(stage.registry.sync(stage.id, hashFromRoot(root))).rejects.toThrow()
  })
})
