import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Contract, JsonRpcProvider, Wallet } from 'ethers'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { IDomainSyncRegistry__factory } from '../../packages/bindings/dist/index.js'
import { loadConfig } from '../../packages/cli/dist/config/load-config.js'
import { readAddress, readPqKeyHash } from '../../packages/cli/dist/config/public-id.js'
import { DEVELOPMENT_ACCOUNTS } from '../../packages/cli/dist/demo/development-accounts.js'
import { stateFolder } from '../../packages/cli/dist/wiring/state-folder.js'
import { domainId } from '../../packages/core/dist/index.js'
import { openSqliteStore } from '../../packages/journal/dist/index.js'
import { CHAIN_NODE } from '../support/chain-node.ts'
import { mined } from '../support/mined.ts'
import { DOMAIN, openPublishWorld, type PublishWorld } from '../support/publish-world.ts'
import { runCli } from '../support/run-cli.ts'

const TRUST_DELAY_S = 2 * 86_400
const GOOD = { 'index.html': '<title>first</title>' }

describe('after the keys that sign releases were changed on chain', { timeout: 180_000 }, () => {
  let world: PublishWorld
  let oldKeys: string
  let newKeys: string
  let first: string | undefined
  beforeAll(async () => {
    world = await openPublishWorld(CHAIN_NODE, { refreshEveryMs: 200 })
    oldKeys = world.config.file
    newKeys = await configWithNewKeys(world)
    await world.writeSite(GOOD)
    expect(await publish(oldKeys)).toMatchObject({ code: 0, json: { release: 1 } })
    first = (await world.outside()).live
    await changeTrust(world, newKeys)
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  const publish = (config: string, ...args: string[]) => runCli(['publish', DOMAIN, ...args], { config })
  const verify = (...args: string[]) => runCli(['verify', DOMAIN, ...args], { config: oldKeys })

  /** What is verified once the nodes have seen the change on chain. */
  const untilServed = async () => {
    const { code, json } = await verify()
    return code === 0 && json
  }

  it('still verifies the release of before', async () => {
    const { code, json } = await verify()
    expect({ code, failures: json.failures }).toEqual({ code: 0, failures: [] })
  })

  it('refuses to publish with the old keys before anything is stored or sent', async () => {
    await world.writeSite({ 'index.html': '<title>second</title>' })
    const before = await world.outside()
    const { code, json } = await publish(oldKeys)
    expect({ code, error: json.error }).toMatchObject({ code: 1, error: { code: 'KEY_MISMATCH' } })
    expect((json.error as { message: string }).message).toContain('from release 2 on')
    expect(await world.outside()).toEqual(before)
    await using store = await openSqliteStore(stateFolder(world.config).journal)
    expect(await store.operations.operations({ domain: DOMAIN, limit: 9 })).toHaveLength(1)
  })

  it('publishes with the new keys, and readers verify it', async () => {
    const { code, json } = await publish(newKeys)
    expect({ code, ...json }).toMatchObject({ code: 0, outcome: 'published', release: 2 })
    const verified = await verify()
    expect({ code: verified.code, ...verified.json }).toMatchObject({ code: 0, release: 2, failures: [] })
  })

  it('is verified by readers who pinned the old key, who are led to the new one, and by those who pinned the new one', async () => {
    for (const [key, says] of [
      [join(world.folder, 'keys/release.json'), /leads to it, 1 signed/],
      [join(world.folder, 'keys/next/release.json'), /^It is 0x/],
    ] as const) {
      const { code, json } = await verify('--pin', key)
      expect({ code, failures: json.failures }).toEqual({ code: 0, failures: [] })
      expect(json.checks).toContainEqual(expect.objectContaining({ step: 4, detail: expect.stringMatching(says) }))
    }
  })

  it('is refused by a reader who pinned another key, whatever the chain says', async () => {
    const { code, json } = await verify('--pin', `0x${'1'.repeat(64)}`)
    expect({ code, failures: json.failures }).toMatchObject({
      code: 1,
      failures: [{ code: 'ROOT_UNVERIFIABLE', step: 4, detail: expect.stringContaining('ask the operator') }],
    })
  })

  it('goes back by hand to the release that the old keys signed', async () => {
    const { code, json } = await runCli(['rollback', DOMAIN], { config: newKeys })
    expect({ code, ...json }).toMatchObject({ code: 0, from: 2, to: 1 })
    const verified = await vi.waitUntil(untilServed, { timeout: 20_000, interval: 200 })
    expect(verified).toMatchObject({ release: 1, failures: [] })
  })

  it('lets the agent go back to it too, from a release that fails its checks', async () => {
    await world.writeSite({ 'other.html': 'the start page is missing' })
    expect(await publish(newKeys, '--skip-checks')).toMatchObject({ code: 0, json: { release: 3 } })
    const { stderr } = await runCli(['heal', DOMAIN], { config: newKeys })
    expect({ live: (await world.outside()).live, stderr }).toMatchObject({ live: first })
  })
})

const PASSPHRASE = 'a passphrase of the new keys'

/** `keys rotate`: new keys that the old ones name, and the configuration that signs with them. */
async function configWithNewKeys(world: PublishWorld): Promise<string> {
  const folder = join(world.folder, 'keys/next')
  vi.stubEnv('DOMAINSYNC_PASSPHRASE', PASSPHRASE)
  for (const outcome of ['signed', 'signed already']) {
    const { code, json } = await runCli(['keys', 'rotate', folder, DOMAIN], { config: world.config.file })
    expect({ outcome, code, ...json }).toMatchObject({ code: 0, outcome: 'rotated', domains: [DOMAIN] })
  }
  vi.unstubAllEnvs()
  await writeFile(join(world.folder, 'keys/new-passphrase'), PASSPHRASE, { mode: 0o600 })
  const passphrase = { file: 'keys/new-passphrase' }
  const config = await world.configWith('new-keys', ({ keys, serve }) => {
    const release = { file: 'keys/next/release.json', passphrase }
    Object.assign(keys!, { release, signer: { file: 'keys/next/signer.json', passphrase }, registrar: keys!.owner })
    serve!.refreshEveryMs = 60_000
  })
  return config.file
}

/** Proposed by the owner, waited out, accepted by the owner. */
async function changeTrust(world: PublishWorld, newKeys: string): Promise<void> {
  const config = await loadConfig(newKeys)
  const { address: owner } = DEVELOPMENT_ACCOUNTS.owner
  const next = {
    owner,
    guardian: owner,
    signer: await readAddress('signer', config),
    fromRelease: 0,
    pqKeyHash: await readPqKeyHash(config),
  }
  const { url, chainId } = world.chain
  const provider = new JsonRpcProvider(url, chainId, { cacheTimeout: -1, pollingInterval: 20 })
  try {
    const abi = IDomainSyncRegistry__factory.createInterface()
    const signer = new Wallet(DEVELOPMENT_ACCOUNTS.owner.key, provider)
    const registry = new Contract(world.config.values.network.registry, abi, signer)
    const send = async (method: string) => mined(await registry.getFunction(method).send(domainId(DOMAIN), next))
    await send('proposeTrust')
    await world.chain.request('evm_increaseTime', [TRUST_DELAY_S])
    await world.chain.request('evm_mine')
    await send('acceptTrust')
  } finally {
    provider.destroy()
  }
}
