import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { startChainNode } from '../support/chain-node.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const SOMEBODY = `0x${'ab'.repeat(20)}`

it('hardhat fund gives ether to an address on a local chain', { timeout: 60_000 }, async () => {
  await using node = await startChainNode('anvil')
  const args = [join(ROOT, 'node_modules/hardhat/dist/src/cli.js'), 'fund', SOMEBODY, '--network', 'localhost']
  const env = { ...process.env, DOMAINSYNC_LOCALHOST_URL: node.url }
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT, env })
  expect(stdout).toContain('+10 ETH')
  expect(BigInt((await node.request('eth_getBalance', [SOMEBODY, 'latest'])) as string)).toBe(10n ** 19n)
})
