import { type Address, type CallOptions, errorCode, type RegistryEvent } from '@domainsync/core'
import { pause } from '../pause.ts'
import { resultOf } from '../rpc/parse-rpc-answer.ts'
import { ChainError } from '../rpc/rpc-error.ts'
import { decodeEvent, idTopic, isLogOf, type RpcLog } from './decode-event.ts'
import { createLogSpan } from './log-span.ts'
import { checkChainId, type RpcContext } from './rpc-context.ts'

/** Time-outs in a row after which a smaller range is no longer tried. */
const MAX_TIMEOUTS = 3
/** How long to wait when an operator limits our rate, in milliseconds; after the last it is believed. */
const RATE_PAUSES_MS = [1_000, 2_000, 4_000, 8_000]
/** What operators answer, or we find, when a range holds too much. */
const TOO_MUCH: ReadonlySet<string> = new Set(['RPC_ERROR', 'RPC_HTTP', 'RPC_TIMEOUT', 'BODY_TOO_LARGE'])

/**
 * Events of one domain from block `from` to block `to`, oldest first. Operators limit the range or the number of logs in
 * many wordings, so any refusal makes the range smaller ({@link createLogSpan}), down to one block.
 *
 * @throws ChainError `BLOCK_UNKNOWN` when the operator has not yet seen block `to`: its answer would lack the newest events.
 */
export async function* readEvents(
  context: RpcContext,
  id: Address,
  { from, to, ...call }: CallOptions & { from: number; to: number },
): AsyncIterable<RegistryEvent> {
  const span = createLogSpan(to - from + 1)
  let timeouts = 0
  let pauses = 0
  for (let start = from; start <= to; ) {
    const end = Math.min(to, start + span.size - 1)
    const blocks = end - start + 1
    let logs: RpcLog[]
    try {
      logs = await readLogs(context, id, { ...call, from: start, to: end })
    } catch (error) {
      const code = errorCode(error)
      if (code === 'RPC_RATE_LIMITED' && pauses < RATE_PAUSES_MS.length) {
        await pause(RATE_PAUSES_MS[pauses++]!, call.signal)
        continue
      }
      if (blocks === 1 || !TOO_MUCH.has(code)) throw error
      if (code === 'RPC_TIMEOUT' && ++timeouts >= MAX_TIMEOUTS) throw error
      span.refused(blocks)
      continue
    }
    timeouts = 0
    pauses = 0
    span.given(blocks)
    for (const log of logs) {
      const event = decodeLog(log, context)
      if (event !== undefined) yield event
    }
    start = end + 1
  }
}

async function readLogs(
  { client, chainId, registry }: RpcContext,
  id: Address,
  { from, to, ...call }: CallOptions & { from: number; to: number },
): Promise<RpcLog[]> {
  const filter = { address: registry, topics: [null, idTopic(id)], fromBlock: quantity(from), toBlock: quantity(to) }
  const [chain, height, answer] = await client.batch(
    [
      { method: 'eth_chainId', params: [] },
      { method: 'eth_blockNumber', params: [] },
      { method: 'eth_getLogs', params: [filter] },
    ],
    call,
  )
  checkChainId({ client, chainId }, resultOf(chain))
  if (!(Number(resultOf(height)) >= to)) {
    throw new ChainError('BLOCK_UNKNOWN', `${client.origin} has not seen block ${to} yet.`)
  }
  const logs = resultOf(answer)
  if (!Array.isArray(logs) || !logs.every((log) => isLogOf(log, { registry, id, from, to }))) {
    throw new ChainError('RPC_MALFORMED', `${client.origin} gave logs that were not asked for.`)
  }
  return (logs as RpcLog[]).filter(({ removed }) => removed !== true).sort(byPosition)
}

function decodeLog(log: RpcLog, { client }: RpcContext): RegistryEvent | undefined {
  try {
    return decodeEvent(log)
  } catch (cause) {
    throw new ChainError('RPC_MALFORMED', `${client.origin} gave a log that cannot be decoded.`, { cause })
  }
}

function byPosition(a: RpcLog, b: RpcLog): number {
  return Number(a.blockNumber) - Number(b.blockNumber) || Number(a.logIndex) - Number(b.logIndex)
}

function quantity(value: number): string {
  return `0x${value.toString(16)}`
}
