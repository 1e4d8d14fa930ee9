import { getBytes } from 'ethers'
import type { ChainNode } from '../../test/support/chain-node.ts'
import type { TracedCall, TracedOp } from './glamsterdam.ts'
import type { Row } from './row.ts'

interface Frame {
  readonly to?: string
  readonly calls?: readonly Frame[]
}

/** Precompiles are never cold. */
const LAST_PRECOMPILE = 0xfffn

/** Asks the node how a mined transaction spent its gas. */
export async function traceRow({ receipt }: Row, node: ChainNode): Promise<TracedCall> {
  const quiet = { disableStack: true, disableStorage: true, enableMemory: false }
  const { structLogs } = (await node.request('debug_traceTransaction', [receipt.hash, quiet])) as {
    structLogs: TracedOp[]
  }
  if (structLogs.length === 0) throw new Error('the node traced nothing; anvil does with --steps-tracing')
  const root = (await node.request('debug_traceTransaction', [receipt.hash, { tracer: 'callTracer' }])) as Frame
  const called = new Set((root.calls ?? []).flatMap(addressesOf))
  called.delete(root.to!.toLowerCase())
  const { data } = (await receipt.getTransaction())!
  return {
    gasUsed: Number(receipt.gasUsed),
    calldataBytes: getBytes(data).length,
    ops: structLogs,
    coldCalls: [...called].filter((address) => BigInt(address) > LAST_PRECOMPILE).length,
  }
}

function addressesOf({ to, calls = [] }: Frame): string[] {
  return [...(to ? [to.toLowerCase()] : []), ...calls.flatMap(addressesOf)]
}
