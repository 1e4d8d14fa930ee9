import { getBytes } from 'ethers'
import type { ChainNode } from '../../test/support/chain-node.ts'
import type { Measurement, Table } from '../report.ts'
import { FEE_FORMULA, mainnetDollars, opStackDollars } from './fees.ts'
import type { Row } from './row.ts'

/** What a sync costs in dollars, beside what the obvious design and the cheapest like-for-like peer would. */
export async function costTable(
  { registry, obvious, peers }: Record<'registry' | 'obvious' | 'peers', readonly Row[]>,
  node: ChainNode,
): Promise<Table> {
  const pairs = [
    ['first sync', obvious, 'first sync'],
    ['sync, steady', obvious, 'sync, steady'],
    ['sync, steady', peers, 'EAS attest'],
    ['sync, steady', peers, 'ENS setContenthash, again'],
    ['batch of 100, one item', obvious, 'batch of 100, one item'],
  ] as const
  const figures: Measurement[] = []
  for (const [what, others, other] of pairs) {
    const [row, beside] = [find(registry, what), find(others, other)]
    const reference = others === obvious ? 'obvious design' : other
    for (const [chain, dollars] of [
      ['mainnet', async (one: Row) => mainnetDollars(Number(one.receipt.gasUsed))],
      ['OP stack', async (one: Row) => opStackDollars(Number(one.receipt.gasUsed), await signedBytes(one, node))],
    ] as const) {
      figures.push({
        what: `${what}, ${chain}`,
        value: (await dollars(row)) / row.share,
        unit: '$',
        reference,
        referenceValue: (await dollars(beside)) / beside.share,
      })
    }
  }
  return { name: 'Dollars', says: FEE_FORMULA, figures }
}

function find(rows: readonly Row[], what: string): Row {
  return rows.find((row) => row.what === what)!
}

async function signedBytes({ receipt }: Row, node: ChainNode): Promise<number> {
  return getBytes((await node.request('eth_getRawTransactionByHash', [receipt.hash])) as string).length
}
