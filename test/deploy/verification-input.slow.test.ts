import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { recompiledDifferences } from '../../deploy/recompile.ts'
import { startChainNode } from '../support/chain-node.ts'
import { recordOf, recordPath, runDeploy } from './run-deploy.ts'

const ROOT = join(import.meta.dirname, '..', '..')
/** solc in JavaScript takes its time for two contracts through the IR. */
const TIMEOUT_MS = 300_000

it('the input beside a record compiles to the code on the chain, and to no other', {
  timeout: TIMEOUT_MS,
}, async () => {
  await using node = await startChainNode('anvil')
  const to = { url: node.url, deployments: await mkdtemp(join(tmpdir(), 'verification-')) }
  try {
    expect((await runDeploy(to)).code).toBe(0)
    const path = recordPath(to, 'DomainSyncRegistry')
    const { address, verification } = await recordOf(to, 'DomainSyncRegistry')
    const code = (await node.request('eth_getCode', [address, 'latest'])) as string
    expect(verification.compiler).toMatch(/^v0\.8\.37\+commit\.[0-9a-f]{8}$/)
    expect(await recompiledDifferences(path, code)).toEqual([])
    const checked = await check(node.url, to.deployments)
    expect(checked.match(/its code is that of the sources/g)).toHaveLength(2)

    const timelock = await recordOf(to, 'TimelockController')
    const input = join(dirname(path), timelock.verification.input)
    const text = await readFile(input, 'utf8')
    await writeFile(input, text.replace('DONE_TIMESTAMP = uint256(1)', 'DONE_TIMESTAMP = uint256(2)'))
    const timelockCode = (await node.request('eth_getCode', [timelock.address, 'latest'])) as string
    expect(await recompiledDifferences(recordPath(to, 'TimelockController'), timelockCode)).toHaveLength(2)
  } finally {
    await rm(to.deployments, { recursive: true })
  }
})

async function check(url: string, deployments: string): Promise<string> {
  const cli = join(ROOT, 'node_modules/hardhat/dist/src/cli.js')
  const args = [cli, 'check-deployment', '--network', 'localhost', '--deployments', deployments]
  const env = { ...process.env, DOMAINSYNC_LOCALHOST_URL: url }
  return (await promisify(execFile)(process.execPath, args, { cwd: ROOT, env })).stdout
}
