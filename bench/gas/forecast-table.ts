import type { TransactionReceipt } from 'ethers'
import { getBytes } from 'ethers'
import type { ChainNode } from '../../test/support/chain-node.ts'
import type { Measurement, Table } from '../report.ts'
import { deploymentUnderGlamsterdam, GLAMSTERDAM_SOURCE, underGlamsterdam } from './glamsterdam.ts'
import { gasOf, type Row } from './row.ts'
import { traceRow } from './trace-row.ts'

interface Measured {
  readonly registry: readonly Row[]
  readonly obvious: readonly Row[]
  readonly peers: readonly Row[]
  readonly deployment: TransactionReceipt
}

/** The same transactions under the prices that are announced for Glamsterdam: computed, not measured. */
export async function forecastTable(measured: Measured, node: ChainNode): Promise<Table> {
  const { registry, obvious, peers, deployment } = measured
  const named = obvious.map((row) => ({ ...row, what: `obvious design: ${row.what}` }))
  const figures: Measurement[] = []
  for (const row of [...registry, ...named, ...peers]) {
    const value = underGlamsterdam(await traceRow(row, node)) / row.share
    figures.push({ what: row.what, value, unit: 'gas', reference: 'Osaka', referenceValue: gasOf(row) })
  }
  const code = (await node.request('eth_getCode', [deployment.contractAddress, 'latest'])) as string
  figures.push({
    what: 'deploying the registry',
    value: deploymentUnderGlamsterdam(Number(deployment.gasUsed), getBytes(code).length),
    unit: 'gas',
    reference: 'Osaka',
    referenceValue: Number(deployment.gasUsed),
  })
  return { name: 'FORECAST: the same under Glamsterdam, computed', says: GLAMSTERDAM_SOURCE, figures }
}
