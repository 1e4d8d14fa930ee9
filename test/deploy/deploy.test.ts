import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getAddress, getCreateAddress, Interface, JsonRpcProvider, Transaction, Wallet } from 'ethers'
import { afterAll, describe, expect, it } from 'vitest'
import { INSTALLATION, PROXY } from '../../deploy/deterministic-proxy.ts'
import { readSettings } from '../../deploy/settings.ts'
import { type ChainNode, CHAIN_NODE as kind, startChainNode, TEST_KEYS } from '../support/chain-node.ts'
import { type DeployTarget, recordOf, recordPath, runDeploy, startDeploy } from './run-deploy.ts'

const DEPLOYER = new Wallet(TEST_KEYS[0]).address
const TIMEOUT_MS = 120_000
const folders: string[] = []

async function target(node: ChainNode): Promise<DeployTarget> {
  const deployments = await mkdtemp(join(tmpdir(), 'deployments-'))
  folders.push(deployments)
  return { url: node.url, deployments }
}

async function sentBy(node: ChainNode, account = DEPLOYER): Promise<number> {
  return Number(await node.request('eth_getTransactionCount', [account, 'latest']))
}

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited too long until ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
})

describe(`hardhat deploy on ${kind}`, () => {
  it('deploys once: run again it finds everything unchanged', { timeout: TIMEOUT_MS }, async () => {
    await using node = await startChainNode(kind)
    const to = await target(node)
    const first = await runDeploy(to)
    expect(first.output).toContain('DomainSyncRegistry')
    expect(first.code).toBe(0)
    const record = await recordOf(to, 'DomainSyncRegistry')
    const genesis = (await node.request('eth_getBlockByNumber', ['0x0', false])) as { hash: string }
    const receipt = (await node.request('eth_getTransactionReceipt', [record.transaction])) as { blockNumber: string }
    expect(record).toMatchObject({
      contract: 'DomainSyncRegistry',
      chainId: 31337,
      genesisHash: genesis.hash,
      method: 'create2',
      block: Number(receipt.blockNumber),
    })
    expect(record.address).toBe(first.outcome.contracts!.DomainSyncRegistry!.address)

    const sent = await sentBy(node)
    const text = await readFile(recordPath(to, 'DomainSyncRegistry'), 'utf8')
    const second = await runDeploy(to)
    expect(second.code).toBe(0)
    expect(Object.values(second.outcome.contracts!).map(({ status }) => status)).toEqual(['unchanged', 'unchanged'])
    expect(await sentBy(node)).toBe(sent)
    expect(await readFile(recordPath(to, 'DomainSyncRegistry'), 'utf8')).toBe(text)

    await rm(recordPath(to, 'DomainSyncRegistry'))
    const found = await runDeploy(to)
    expect(found.outcome.contracts!.DomainSyncRegistry!.status).toBe('recorded')
    expect(await sentBy(node)).toBe(sent)
    expect(await recordOf(to, 'DomainSyncRegistry')).toEqual(record)
  })

  it('gives the registry to the timelock and the deployer as the first registrar', {
    timeout: TIMEOUT_MS,
  }, async () => {
    await using node = await startChainNode(kind)
    const to = await target(node)
    await runDeploy(to, { args: ['--delay', '3600'] })
    const [timelock, registry] = [await recordOf(to, 'TimelockController'), await recordOf(to, 'DomainSyncRegistry')]
    expect(registry.args).toEqual([timelock.address, [DEPLOYER], 1])
    const provider = new JsonRpcProvider(node.url, 31337, { staticNetwork: true })
    const call = async (record: typeof registry, name: string, args: unknown[] = []) => {
      const abi = new Interface(record.abi as string[])
      const data = await provider.call({ to: record.address, data: abi.encodeFunctionData(name, args) })
      return abi.decodeFunctionResult(name, data)[0]
    }
    const [role, admin] = [await call(registry, 'REGISTRAR_ROLE'), await call(registry, 'DEFAULT_ADMIN_ROLE')]
    expect(await call(registry, 'getRoleAdmin', [role])).toBe(admin)
    expect(await call(registry, 'hasRole', [admin, timelock.address])).toBe(true)
    expect(await call(registry, 'hasRole', [admin, DEPLOYER])).toBe(false)
    expect(await call(registry, 'hasRole', [role, DEPLOYER])).toBe(true)
    expect(await call(timelock, 'getMinDelay')).toBe(3600n)
    provider.destroy()
  })

  it('refuses the record of a node that was wiped and says what differs', { timeout: TIMEOUT_MS }, async () => {
    const old = await startChainNode(kind)
    const to = await target(old)
    await runDeploy(to)
    await old.stop()
    const text = await readFile(recordPath(to, 'TimelockController'), 'utf8')
    // genesis blocks carry the time they were made at, in seconds
    await using wiped = await startLater(kind, JSON.parse(text).genesisHash)
    const run = await runDeploy({ ...to, url: wiped.url })
    expect(run.code).toBe(1)
    expect(run.outcome.error!.code).toBe('DEPLOY_RECORD_MISMATCH')
    expect(run.outcome.error!.message).toMatch(
      /genesisHash is 0x\w+ now and 0x\w+ in the record; there is no code at 0x/,
    )
    expect(await sentBy(wiped)).toBe(0)
    expect(await readFile(recordPath(to, 'TimelockController'), 'utf8')).toBe(text)
  })

  it('dry: prints gas and cost, sends nothing, writes nothing', { timeout: TIMEOUT_MS }, async () => {
    await using node = await startChainNode(kind)
    const to = await target(node)
    const run = await runDeploy(to, { args: ['--dry-run'] })
    expect(run.code).toBe(0)
    expect(run.output).toMatch(/\d+ gas, 0\.\d+ ETH at [\d.]+ gwei; nothing was sent/)
    expect(Number(run.outcome.gas)).toBeGreaterThan(4_000_000)
    expect(await sentBy(node)).toBe(0)
    expect(await readdir(to.deployments)).toEqual([])
    const planned = run.outcome.contracts!.DomainSyncRegistry!
    expect(planned.status).toBe('planned')
    expect((await runDeploy(to)).outcome.contracts!.DomainSyncRegistry!.address).toBe(planned.address)
  })
})

describe('hardhat deploy', () => {
  it('killed between sending and recording goes on without sending again', { timeout: TIMEOUT_MS }, async () => {
    await using node = await startChainNode('anvil', { args: ['--no-mining'] })
    const to = await target(node)
    const pending = async () => Number(await node.request('eth_getTransactionCount', [DEPLOYER, 'pending']))
    for (const [count, contract] of ['TimelockController', 'DomainSyncRegistry'].entries()) {
      const { process: child, run } = startDeploy(to)
      await until(`${contract} is sent`, async () => (await pending()) > count)
      child.kill('SIGKILL')
      expect((await run).code).toBe(null)
      await expect(recordOf(to, contract)).rejects.toThrow('ENOENT')
      if (count === 0) await node.request('evm_mine')
    }
    // the registry's transaction is still in flight: the next run waits for it
    const { process: child, run } = startDeploy(to)
    const waits = Promise.withResolvers<void>()
    child.stdout!.on('data', (chunk) => `${chunk}`.includes('TimelockController') && waits.resolve())
    await Promise.race([waits.promise, run])
    await node.request('evm_mine')
    const { code, outcome } = await run
    expect(code).toBe(0)
    expect(Object.values(outcome.contracts!).map(({ status }) => status)).toEqual(['unchanged', 'recorded'])
    expect(await sentBy(node)).toBe(2)
    expect((await recordOf(to, 'DomainSyncRegistry')).transaction).toMatch(/^0x[0-9a-f]{64}$/)
  })

  it('puts the same contracts at the same addresses on two chains', { timeout: TIMEOUT_MS }, async () => {
    await using first = await startChainNode('hardhat')
    await using second = await startChainNode('anvil')
    const runs = await Promise.all([first, second].map(async (node) => runDeploy(await target(node))))
    expect(runs.map(({ code, output }) => [code, code === 0 ? '' : output])).toEqual(runs.map(() => [0, '']))
    const addresses = runs.map(({ outcome }) => Object.values(outcome.contracts!).map(({ address }) => address))
    expect(addresses[0]).toHaveLength(2)
    expect(addresses[0]).toEqual(addresses[1])
  })

  it('deploys plainly, and says so, where the proxy cannot be installed', { timeout: TIMEOUT_MS }, async () => {
    await using node = await startChainNode('hardhat')
    const to = await target(node)
    await node.request('hardhat_setNextBlockBaseFeePerGas', ['0x2e90edd000']) // 200 gwei: the fixed 100 are too few
    const run = await runDeploy(to)
    expect(run.output).toContain('The deterministic deployment proxy cannot be installed here')
    expect(run.outcome.contracts!.TimelockController!.method).toBe('create')
    expect((await runDeploy(to)).outcome.contracts!.TimelockController!.status).toBe('unchanged')
  })

  it('guesses nobody on a chain that is not local', { timeout: TIMEOUT_MS }, async () => {
    await using node = await startChainNode('anvil', { args: ['--chain-id', '999'] })
    const to = await target(node)
    const refused = await runDeploy(to)
    expect(refused.code).toBe(1)
    expect(refused.outcome.error).toMatchObject({ code: 'DEPLOY_SETTING_MISSING' })
    expect(refused.outcome.error!.message).toContain('DOMAINSYNC_REGISTRARS')
    expect(await sentBy(node)).toBe(0)
    const given = { DOMAINSYNC_REGISTRARS: DEPLOYER, DOMAINSYNC_TIMELOCK_OWNER: DEPLOYER }
    expect((await runDeploy(to, { env: given })).code).toBe(0)
    expect((await recordOf(to, 'DomainSyncRegistry')).chainId).toBe(999)
  })
})

describe('the settings of a deployment', () => {
  const given = { registrars: '', quorum: '', owner: '', delay: '' }
  const local = { local: true, deployer: DEPLOYER, env: {} }

  it('default to the deployer, one signature and two days on a local chain', () => {
    expect(readSettings(given, local)).toEqual({ registrars: [DEPLOYER], quorum: 1, owner: DEPLOYER, delayS: 172_800 })
  })

  it('are taken from options before the environment', () => {
    const [a, b] = [new Wallet(TEST_KEYS[1]).address, new Wallet(TEST_KEYS[2]).address]
    const env = { DOMAINSYNC_REGISTRARS: DEPLOYER, DOMAINSYNC_QUORUM: '1', DOMAINSYNC_TIMELOCK_DELAY: '60' }
    const settings = readSettings({ ...given, registrars: `${a}, ${b.toLowerCase()}`, quorum: '2' }, { ...local, env })
    expect(settings).toMatchObject({ registrars: [a, b], quorum: 2, delayS: 60 })
  })

  it.each([
    { registrars: '0x12' },
    { registrars: `${DEPLOYER},${DEPLOYER}` },
    { registrars: DEPLOYER, quorum: '2' },
    { quorum: '0' },
    { quorum: '1.5' },
    { delay: '-1' },
    { owner: 'me' },
  ])('are refused when they cannot work: %o', (options) => {
    expect(() => readSettings({ ...given, ...options }, local)).toThrow(
      expect.objectContaining({ code: 'DEPLOY_SETTING_INVALID' }),
    )
  })
})

describe('the deterministic deployment proxy', () => {
  it('is where its presigned transaction puts it', () => {
    const { from } = Transaction.from(INSTALLATION)
    expect(getCreateAddress({ from: from!, nonce: 0 })).toBe(getAddress(PROXY))
  })
})

async function startLater(kind: ChainNode['kind'], than: string): Promise<ChainNode> {
  for (;;) {
    const node = await startChainNode(kind)
    const { hash } = (await node.request('eth_getBlockByNumber', ['0x0', false])) as { hash: string }
    if (hash !== than) return node
    await node.stop()
  }
}
