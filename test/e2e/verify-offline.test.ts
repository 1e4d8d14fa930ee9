import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readPqKeyHash } from '../../packages/cli/dist/config/public-id.js'
import { DOMAIN, openPublishWorld, type PublishWorld } from '../support/publish-world.ts'
import { runCli } from '../support/run-cli.ts'
import { untilServed } from '../support/until-served.ts'

describe('verify --save and --offline', { timeout: 60_000 }, () => {
  let world: PublishWorld
  let away: string
  let saved: string
  let block: { number: number; hash: string }

  beforeAll(async () => {
    world = await openPublishWorld(undefined, { refreshEveryMs: 200 })
    await world.writeSite({ 'index.html': 'first', 'docs/index.html': 'docs', 'large.txt': 'large '.repeat(500_000) })
    const { code, json } = await runCli(['publish', DOMAIN], { config: world.config.file })
    expect(code).toBe(0)
    const [node] = Object.values(world.config.values.providers)
    await untilServed([(node as { url: string }).url], { host: DOMAIN, root: `${json.root}` })
    away = join(world.folder, 'away')
    await mkdir(away)
    saved = join(away, 'saved.car')
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  /** As a reader without a configuration, in a folder of their own. */
  const offline = (...args: string[]) => runCli(['verify', DOMAIN, '--offline', saved, ...args], { cwd: away })
  const ownNetwork = () => ['--registry', world.config.values.network.registry, '--chain-id', `${world.chain.chainId}`]
  const codes = (json: Record<string, unknown>) => (json.failures as { code: string }[]).map(({ code }) => code)

  it('saves what was verified, whole, and nothing beside it', async () => {
    const { code, json } = await runCli(['verify', DOMAIN, '--save', saved], { config: world.config.file })
    expect({ code, ...json }).toMatchObject({ code: 0, ok: true, release: 1 })
    block = json.block as typeof block
    expect(await readdir(away)).toEqual(['saved.car'])
    expect((await readFile(saved)).length).toBeGreaterThan(3_000_000)
  })

  it('needs no configuration and no network for the verdict, only the hash of the block', async () => {
    await world.chain.stop()
    const { code, json } = await offline(...ownNetwork(), '--block-hash', block.hash)
    expect({ code, ...json }).toMatchObject({ code: 0, ok: true, release: 1, failures: [], block })
    expect((json.checks as { step: number }[]).map(({ step }) => step)).toEqual([1, 2, 3, 3, 4, 5, 6])
  })

  it('takes chain and registry from the configuration where the command line names none', async () => {
    const args = ['verify', DOMAIN, '--offline', saved, '--block-hash', block.hash]
    expect(await runCli(args, { config: world.config.file })).toMatchObject({ code: 0 })
    const other = await world.configWith('other', ({ network }) => Object.assign(network, { chainId: 1 }))
    const { code, json } = await runCli(args, { config: other.file })
    expect({ code, codes: codes(json) }).toEqual({ code: 1, codes: ['PROOF_FIELD_MISMATCH'] })
    expect(await offline('--block-hash', block.hash)).toMatchObject({ json: { error: { code: 'CONFIG_MISSING' } } })
  })

  it('wants the release key that the configuration pins, unless the command line names one', async () => {
    const stranger = `0x${'5'.repeat(64)}`
    const { file: config } = await world.configWith('pinned', ({ domains }) =>
      Object.assign(domains[DOMAIN]!, { pinnedKey: stranger }),
    )
    const pinned = (...args: string[]) =>
      runCli(['verify', DOMAIN, '--offline', saved, '--block-hash', block.hash, ...args], { config })
    for (const { code, json } of [await pinned(), await pinned(...ownNetwork())]) {
      const failures = [{ step: 4, detail: expect.stringContaining(`the pinned key ${stranger}`) }]
      expect({ code, failures: json.failures }).toMatchObject({ code: 1, failures })
    }
    expect(await pinned('--pin', await readPqKeyHash(world.config))).toMatchObject({ code: 0, json: { ok: true } })
  })

  it('gives no verdict without the hash: exit 2', async () => {
    const { code, json } = await offline(...ownNetwork())
    expect({ code, codes: codes(json) }).toEqual({ code: 2, codes: ['BLOCK_CLAIMED'] })
  })

  it('says no to another block, and to a file that is not what was saved: exit 1', async () => {
    const bytes = await readFile(saved)
    const hash = ['--block-hash', block.hash]
    const another = await offline(...ownNetwork(), '--block-hash', `0x${'12'.repeat(32)}`)
    expect({ code: another.code, codes: codes(another.json) }).toEqual({ code: 1, codes: ['PROOF_BLOCK_MISMATCH'] })
    for (const [changed, failure] of [
      [Buffer.concat([bytes.subarray(0, -1), Buffer.from('!')]), 'BLOCK_CORRUPT'],
      [bytes.subarray(0, 1_000_000), 'CAR_TRUNCATED'],
      [Buffer.from('no bundle'), /^CAR_/],
      [Buffer.alloc(0), 'CAR_TRUNCATED'],
    ] as const) {
      await writeFile(saved, changed)
      const { code, json } = await offline(...ownNetwork(), ...hash)
      expect({ code, codes: codes(json) }).toEqual({ code: 1, codes: [expect.stringMatching(failure)] })
    }
  })

  it('refuses what cannot be: no file, a folder, half an address, both at once', async () => {
    const refused = async (...args: string[]) => (await runCli(['verify', DOMAIN, ...args], { cwd: away })).json.error
    const own = [...ownNetwork(), '--block-hash', block.hash]
    expect(await refused('--offline', 'nothing.car', ...own)).toMatchObject({ code: 'FILE_UNREADABLE' })
    expect(await refused('--offline', '.', ...own)).toMatchObject({ code: 'FILE_UNREADABLE' })
    expect(await refused('--offline', saved, '--chain-id', '1', '--registry', '0x12')).toMatchObject({
      code: 'REGISTRY_INVALID',
    })
    expect(await refused('--offline', saved, '--chain-id', 'one', ...own.slice(0, 2))).toMatchObject({ code: 'USAGE' })
    expect(await refused('--offline', saved, '--save', saved)).toMatchObject({ code: 'USAGE' })
    expect(await refused('--block-hash', block.hash)).toMatchObject({ code: 'OFFLINE_MISSING' })
  })

  it('saves nothing when it cannot be verified', async () => {
    const nothing = join(away, 'nothing.car')
    const { code } = await runCli(['verify', DOMAIN, '--save', nothing], { config: world.config.file })
    expect(code).toBe(2)
    expect(await readdir(away)).toEqual(['saved.car'])
  })
})
