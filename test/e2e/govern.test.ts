import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hexlify, randomBytes, Wallet } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Config } from '../../packages/cli/dist/config/schema.js'
import { DEVELOPMENT_ACCOUNTS } from '../../packages/cli/dist/demo/development-accounts.js'
import { openServers } from '../../packages/cli/dist/wiring/open-servers.js'
import { reservePorts } from '../../packages/core/dist/node/index.js'
import { DOMAIN, openPublishWorld, type PublishWorld } from '../support/publish-world.ts'
import { runCli } from '../support/run-cli.ts'

const ACCOUNTS = DEVELOPMENT_ACCOUNTS
const DAY_S = 86_400

describe('the commands of owner, guardian and registrar', { timeout: 60_000 }, () => {
  let world: PublishWorld
  beforeAll(async () => {
    world = await openPublishWorld()
    for (const text of ['one', 'two']) {
      await world.writeSite({ 'index.html': text })
      expect(await domainsync('publish', DOMAIN)).toMatchObject({ code: 0 })
    }
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  async function domainsync(...args: readonly string[]) {
    const { code, json, stdout, stderr } = await runCli(args, { config: world.config.file })
    return { code, ...json, stdout, stderr } as { code: number; [key: string]: unknown }
  }
  const later = async (days: number) => {
    await world.chain.request('evm_increaseTime', [days * DAY_S + 1])
    await world.chain.request('evm_mine')
  }
  const chainTime = async () => {
    const block = (await world.chain.request('eth_getBlockByNumber', ['latest', false])) as { timestamp: string }
    return Number(block.timestamp)
  }

  it('pause publishing at once, say so when it is so already, and let it go on', async () => {
    expect(await domainsync('pause', DOMAIN, 'publishing', '--dry-run')).toMatchObject({ code: 0, outcome: 'planned' })
    expect(await domainsync('pause', DOMAIN, 'publishing')).toMatchObject({ code: 0, outcome: 'done' })
    expect(await domainsync('pause', DOMAIN, 'publishing')).toMatchObject({ code: 0, outcome: 'unchanged' })
    await world.writeSite({ 'index.html': 'while paused' })
    expect(await domainsync('publish', DOMAIN)).toMatchObject({ code: 1, error: { code: 'LANE_PAUSED' } })
    expect(await domainsync('pause', DOMAIN)).toMatchObject({ title: `Pause healing of ${DOMAIN}` })
    // The healer's transaction would revert, and cost all the same.
    expect(await domainsync('rollback', DOMAIN)).toMatchObject({ code: 1, error: { code: 'LANE_PAUSED' } })
    expect(await domainsync('unpause', DOMAIN)).toMatchObject({ title: `Unpause publishing and healing of ${DOMAIN}` })
    expect(await domainsync('unpause', DOMAIN)).toMatchObject({ outcome: 'unchanged' })
    expect(await domainsync('pause', DOMAIN, 'everything')).toMatchObject({ error: { code: 'LANE_UNKNOWN' } })
  })

  it('quarantine a release, live or not, and reinstate it', async () => {
    const live = await domainsync('quarantine', DOMAIN, '2')
    expect(live).toMatchObject({ code: 0, outcome: 'done' })
    expect(await domainsync('quarantine', DOMAIN, '2')).toMatchObject({ outcome: 'unchanged' })
    expect(await domainsync('verify', DOMAIN)).toMatchObject({ code: 1 })
    expect(await domainsync('reinstate', DOMAIN, '2')).toMatchObject({ code: 0, outcome: 'done' })
    expect(await domainsync('reinstate', DOMAIN, '2')).toMatchObject({ outcome: 'unchanged' })
    expect(await domainsync('quarantine', DOMAIN, '9')).toMatchObject({
      code: 1,
      error: { code: 'RELEASE_UNKNOWN', message: expect.stringContaining('it holds 2, 1') },
    })
  })

  it('keep the live release, or the one that is named', async () => {
    expect(await domainsync('keep', DOMAIN)).toMatchObject({ code: 0, title: expect.stringContaining('release 2') })
    expect(await domainsync('keep', DOMAIN, '2')).toMatchObject({ outcome: 'unchanged' })
    expect(await domainsync('keep', DOMAIN, '1')).toMatchObject({ code: 1, error: { code: 'NOT_NEWER' } })
  })

  it('print the transaction as a file for a Safe, and send nothing', async () => {
    const sent = await world.transactionsOf('owner')
    const { code, batch } = await domainsync('quarantine', DOMAIN, '1', '--unsigned')
    expect({ code, batch }).toMatchObject({
      code: 0,
      batch: {
        chainId: '31337',
        meta: { checksum: expect.stringMatching(/^0x[0-9a-f]{64}$/) },
        transactions: [{ contractMethod: { name: 'quarantine' }, contractInputsValues: { release: '1' } }],
      },
    })
    // What the Safe would send is what the registry takes from the owner.
    const [{ to, data }] = (batch as { transactions: [{ to: string; data: string }] }).transactions
    const from = ACCOUNTS.owner.address
    await expect(world.chain.request('eth_call', [{ from, to, data }, 'latest'])).resolves.toBe('0x')
    expect(await world.transactionsOf('owner')).toBe(sent)
  })

  it('say who may when the configuration has no such key', async () => {
    const { file } = await world.configWith('stranger', (config) => {
      config.keys!.owner = config.keys!.publisher!
      config.keys!.guardian = config.keys!.publisher!
    })
    const { code, json } = await runCli(['unpause', DOMAIN, 'publishing'], { config: file })
    expect({ code, outcome: json.outcome }).toEqual({ code: 0, outcome: 'unchanged' })
    expect((await runCli(['quarantine', DOMAIN, '1'], { config: file })).json).toMatchObject({
      error: {
        code: 'NO_KEY_OF_ROLE',
        message: expect.stringContaining(ACCOUNTS.owner.address.toLowerCase()),
        next: expect.stringContaining('--unsigned'),
      },
    })
  })

  it('are signed by the next who may when the first has no ether', async () => {
    const poor = new Wallet(hexlify(randomBytes(32)))
    await writeFile(join(world.folder, 'poor-guardian'), poor.privateKey, { mode: 0o600 })
    const { file } = await world.configWith('poor', (config) => {
      config.keys!.guardian = { file: 'poor-guardian' }
    })
    await domainsync('trust', 'propose', DOMAIN, '--guardian', poor.address)
    await later(2)
    expect(await domainsync('trust', 'accept', DOMAIN)).toMatchObject({ outcome: 'done' })
    const { json } = await runCli(['pause', DOMAIN, 'publishing', '--dry-run'], { config: file })
    expect(json).toMatchObject({ outcome: 'planned', from: ACCOUNTS.owner.address })
  })

  it('show the roles and name another healer', async () => {
    const other = `0x${'12'.repeat(20)}`
    expect(await domainsync('roles', DOMAIN)).toMatchObject({ roles: { owner: ACCOUNTS.owner.address.toLowerCase() } })
    expect(await domainsync('roles', DOMAIN, '--healer', other)).toMatchObject({ code: 0, outcome: 'done' })
    expect(await domainsync('roles', DOMAIN)).toMatchObject({ roles: { healer: other } })
    expect(await domainsync('roles', DOMAIN, '--healer', other)).toMatchObject({ outcome: 'unchanged' })
    expect(await domainsync('roles', DOMAIN, '--healer', '0x12')).toMatchObject({ error: { code: 'ADDRESS_INVALID' } })
  })

  it('change the trust after two days, unless somebody vetoes it', async () => {
    const signer = ACCOUNTS.healer.address
    expect(await domainsync('trust', 'propose', DOMAIN, '--signer', signer)).toMatchObject({ code: 0, outcome: 'done' })
    expect(await domainsync('trust', 'propose', DOMAIN, '--signer', signer)).toMatchObject({ outcome: 'unchanged' })
    expect(await domainsync('trust', 'show', DOMAIN)).toMatchObject({
      pending: { next: { signer: signer.toLowerCase() } },
    })
    expect(await domainsync('check', DOMAIN)).toMatchObject({
      code: 2,
      domains: [{ conditions: expect.arrayContaining([expect.objectContaining({ type: 'TrustChanging' })]) }],
    })
    expect(await domainsync('trust', 'accept', DOMAIN)).toMatchObject({ code: 1, error: { code: 'TOO_EARLY' } })
    expect(await domainsync('trust', 'cancel', DOMAIN)).toMatchObject({ code: 0, outcome: 'done' })
    expect(await domainsync('trust', 'cancel', DOMAIN)).toMatchObject({ outcome: 'unchanged' })
    expect(await domainsync('trust', 'accept', DOMAIN)).toMatchObject({ outcome: 'unchanged' })

    await domainsync('trust', 'propose', DOMAIN, '--signer', signer)
    await later(2)
    expect(await domainsync('trust', 'accept', DOMAIN)).toMatchObject({ code: 0, outcome: 'done' })
    const shown = await domainsync('trust', 'show', DOMAIN)
    expect(shown).toMatchObject({ trust: { signer: signer.toLowerCase(), fromRelease: 3 } })
    expect(shown.pending).toBeUndefined()
  })

  it('reclaim a name after 30 days, unless its owner objects', async () => {
    const heirs = (config: Config) => {
      config.keys!.registrar = config.keys!.owner!
      config.keys!.owner = config.keys!.healer!
      delete config.keys!.guardian
    }
    const deadline = `${(await chainTime()) + 3_600}`
    const { file: unannounced } = await world.configWith('heir-unannounced', heirs)
    expect((await runCli(['reclaim', 'start', DOMAIN], { config: unannounced })).json).toMatchObject({
      error: { code: 'CHALLENGE_MISSING' },
    })
    const [port] = await reservePorts(1)
    const heir = await world.configWith('heir', (config) => {
      heirs(config)
      Object.assign(config.dns.local!, { server: `127.0.0.1:${port}`, path: 'state/heirs-zones.json' })
      config.dns.resolvers = [`127.0.0.1:${port}`]
    })
    const { signal } = new AbortController()
    await using _ = await openServers(heir, { names: ['local'], signal, onEvent: () => {} })
    const asHeir = async (...args: readonly string[]) => (await runCli(args, { config: heir.file })).json

    const attested = await asHeir('attest', DOMAIN, '--reclaim', '--deadline', deadline)
    const start = ['reclaim', 'start', DOMAIN, '--deadline', deadline, '--attestation', `${attested.attestation}`]
    expect(await asHeir(...start)).toMatchObject({ outcome: 'done' })
    expect(await domainsync('trust', 'cancel', DOMAIN)).toMatchObject({ error: { code: 'RECLAIM_PENDING' } })
    expect(await domainsync('reclaim', 'object', DOMAIN)).toMatchObject({ code: 0, outcome: 'done' })
    expect(await domainsync('reclaim', 'object', DOMAIN)).toMatchObject({ outcome: 'unchanged' })
    // An attestation is good for one reclaim.
    expect(await asHeir(...start)).toMatchObject({ error: { code: 'BAD_ATTESTATION' } })

    expect(await asHeir('reclaim', 'start', DOMAIN, '--deadline', deadline)).toMatchObject({ outcome: 'done' })
    expect(await asHeir('trust', 'accept', DOMAIN)).toMatchObject({ error: { code: 'TOO_EARLY' } })
    await later(30)
    expect(await asHeir('trust', 'accept', DOMAIN)).toMatchObject({ outcome: 'done' })
    expect(await asHeir('trust', 'show', DOMAIN)).toMatchObject({
      trust: { owner: ACCOUNTS.healer.address.toLowerCase() },
    })
    expect(await domainsync('pause', DOMAIN)).toMatchObject({ error: { code: 'NO_KEY_OF_ROLE' } })
  })
})
