import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Wallet } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startChainNode, TEST_KEYS } from '../support/chain-node.ts'
import { runDeploy } from './run-deploy.ts'

const TIMEOUT_MS = 120_000
const SOMEBODY = new Wallet(TEST_KEYS[1]).address
const SETTINGS = { DOMAINSYNC_REGISTRARS: SOMEBODY, DOMAINSYNC_TIMELOCK_OWNER: SOMEBODY }
const NOBODY_LISTENS = 'http://127.0.0.1:9'
const ORACLE = '0x420000000000000000000000000000000000000F'
let deployments: string

beforeAll(async () => {
  deployments = await mkdtemp(join(tmpdir(), 'dry-run-'))
})

afterAll(() => rm(deployments, { recursive: true }))

describe('a dry run of hardhat deploy', () => {
  it('tells gas and cost of each configured network at a given fee, without asking any', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const args = ['--dry-run', '--every-network', '--fee', '0.5']
    const { code, output, outcome } = await runDeploy({ url: NOBODY_LISTENS, deployments }, { args, env: SETTINGS })
    expect(code).toBe(0)
    expect(outcome.networks!.map(({ network, chainId }) => [network, chainId])).toEqual([
      ['localhost', 31337],
      ['mainnet', 1],
      ['sepolia', 11155111],
      ['base', 8453],
      ['base-sepolia', 84532],
    ])
    for (const { gas } of outcome.networks!) expect(Number(gas)).toBeGreaterThan(4_000_000)
    expect(output.match(/ETH at 0\.5 gwei/g)).toHaveLength(5)
    expect(output.match(/and the L1 data fee, which only the network knows/g)).toHaveLength(2)
    expect(await readdir(deployments)).toEqual([])
  })

  it('asks an OP-stack chain what mainnet’s data costs', { timeout: TIMEOUT_MS }, async () => {
    await using node = await startChainNode('anvil', { args: ['--chain-id', '8453'] })
    const l1FeeWei = 123_456_789n
    // returns this number whatever it is asked
    const answer = `0x7f${l1FeeWei.toString(16).padStart(64, '0')}5f5260205ff3`
    await node.request('anvil_setCode', [ORACLE, answer])
    const env = { ...SETTINGS, BASE_RPC_URL: node.url, DEPLOYER_KEY: TEST_KEYS[0] }
    const to = { url: NOBODY_LISTENS, deployments }
    const { code, outcome } = await runDeploy(to, { args: ['--dry-run'], env, network: 'base' })
    expect(code).toBe(0)
    expect(outcome).toMatchObject({ isRehearsal: false, l1FeeWei: `${2n * l1FeeWei}` })
  })

  it('says what is missing when neither the network nor a fee is there', { timeout: TIMEOUT_MS }, async () => {
    const to = { url: NOBODY_LISTENS, deployments }
    const { code, outcome } = await runDeploy(to, { args: ['--dry-run'], env: SETTINGS, network: 'mainnet' })
    expect(code).toBe(1)
    expect(outcome.error).toMatchObject({ code: 'DEPLOY_NETWORK_UNUSABLE' })
    expect(outcome.error!.message).toMatch(/MAINNET_RPC_URL.* --fee <gwei>/)
  })

  it('is what --fee is for', { timeout: TIMEOUT_MS }, async () => {
    const to = { url: NOBODY_LISTENS, deployments }
    for (const args of [['--fee', '1'], ['--every-network'], ['--dry-run', '--fee', 'cheap']]) {
      const { code, outcome } = await runDeploy(to, { args })
      expect([code, outcome.error!.code]).toEqual([1, 'DEPLOY_SETTING_INVALID'])
    }
  })
})
