import hre from 'hardhat'
import { deployRegistry } from '../test/contracts/support/registry-fixture.ts'
import { startChainNode } from '../test/support/chain-node.ts'
import { costTable } from './gas/cost-table.ts'
import { feedRows } from './gas/feed-rows.ts'
import { forecastTable } from './gas/forecast-table.ts'
import { obviousRows } from './gas/obvious-rows.ts'
import { PEERS, peerRows } from './gas/peer-rows.ts'
import { FLOOR_FORMULA, receiptFloor } from './gas/receipt-floor.ts'
import { registryRows } from './gas/registry-rows.ts'
import { gasOf, type Row } from './gas/row.ts'
import { type Measurement, reportTables, type Table } from './report.ts'

await hre.tasks.getTask('build').run({ quiet: true, noTests: true })
await using node = await startChainNode('anvil', { args: ['--hardfork', 'osaka', '--steps-tracing'] })
const connection = await hre.network.create({ network: 'localhost', override: { url: node.url } })
const { ethers } = connection

const fixture = await deployRegistry(ethers)
const registry = await registryRows(fixture)
const feed = await feedRows(fixture)
const obvious = await obviousRows(ethers)
const peers = await peerRows(ethers)
const deployment = (await fixture.registry.deploymentTransaction()!.wait())!

reportTables('gas', [
  { name: 'Osaka rules, the registry and the floor', says: [FLOOR_FORMULA], figures: await floorFigures() },
  {
    name: 'The obvious design',
    says: [
      'OpenZeppelin AccessControl and an array of releases: bench/contracts/ObviousRegistry.sol, same compiler settings.',
    ],
    figures: obvious.map((row) => beside(ours(row.what), 'obvious design', row)),
  },
  {
    name: 'Peers',
    says: PEERS,
    figures: peers.map((row) =>
      beside(ours(row.what.startsWith('EAS multi') ? 'batch of 100, one item' : 'sync, steady'), row.what, row),
    ),
  },
  {
    name: 'A feed, gas for each domain',
    says: ['Real roots of real maps; the registry verified a leaf of each.'],
    figures: feed
      .filter(({ share }) => share > 1)
      .map((row) => beside(row, 'batch of 100, one item', ours('batch of 100, one item'))),
  },
  await forecastTable({ registry: [...registry, feed[0]!], obvious, peers, deployment }, node),
  await costTable({ registry, obvious, peers }, node),
] satisfies Table[])
await connection.close()

async function floorFigures(): Promise<Measurement[]> {
  const rows = [...registry, feed[0]!, feed.at(-1)!]
  return Promise.all(
    rows.map(async (row) => ({
      what: row.what,
      value: gasOf(row),
      unit: 'gas',
      reference: 'floor',
      referenceValue: await receiptFloor(row),
      ...(row.atMost === undefined ? {} : { goal: { of: 'value' as const, atMost: row.atMost } }),
    })),
  )
}

function ours(what: string): Row {
  return registry.find((row) => row.what === what)!
}

function beside(row: Row, reference: string, other: Row): Measurement {
  return { what: row.what, value: gasOf(row), unit: 'gas', reference, referenceValue: gasOf(other) }
}
