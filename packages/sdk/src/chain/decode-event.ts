import type { Address, Bytes32, RegistryEvent } from '@domainsync/core'
import type { Result } from 'ethers'
import { registryInterface } from './registry-interface.ts'

/** A log as JSON-RPC gives it (Ethereum execution APIs, `eth_getLogs`). */
export interface RpcLog {
  readonly address: string
  readonly topics: readonly string[]
  readonly data: string
  readonly blockNumber: string
  readonly blockHash: string
  readonly transactionHash: string
  readonly logIndex: string
  readonly removed?: boolean
}

/**
 * Decodes a log of the registry. Numbers up to 53 bits become `number`, larger ones `bigint`; addresses and hashes are
 * lower-case hex; tuples become records. `undefined` for an event that the interface does not have.
 */
export function decodeEvent(log: RpcLog): RegistryEvent | undefined {
  const parsed = registryInterface.parseLog({ topics: [...log.topics], data: log.data })
  if (parsed === null) return undefined
  return {
    name: parsed.name,
    args: record(parsed.args, parsed.fragment.inputs),
    block: { number: Number(log.blockNumber), hash: log.blockHash.toLowerCase() as Bytes32 },
    transaction: log.transactionHash.toLowerCase() as Bytes32,
    logIndex: Number(log.logIndex),
  }
}

/** True for a log that the filter (this registry, this domain, this range of blocks) lets pass, in the standard's form. */
export function isLogOf(
  log: unknown,
  filter: { registry: Address; id: Address; from: number; to: number },
): log is RpcLog {
  if (typeof log !== 'object' || log === null) return false
  const { address, topics, data, blockNumber, blockHash, transactionHash, logIndex } = log as Record<string, unknown>
  return (
    typeof address === 'string' &&
    address.toLowerCase() === filter.registry &&
    Array.isArray(topics) &&
    topics.every((topic) => isHex(topic, 32)) &&
    topics[1]?.toLowerCase() === idTopic(filter.id) &&
    isHex(data) &&
    isQuantity(blockNumber) &&
    Number(blockNumber) >= filter.from &&
    Number(blockNumber) <= filter.to &&
    isHex(blockHash, 32) &&
    isHex(transactionHash, 32) &&
    isQuantity(logIndex)
  )
}

/** The topic that every event of the registry carries first: the domain's id. */
export function idTopic(id: Address): Bytes32 {
  return `0x${id.slice(2).padStart(64, '0')}`
}

function record(values: Result, inputs: readonly Param[]): Record<string, unknown> {
  return Object.fromEntries(inputs.map((input, index) => [input.name, plain(values[index], input)]))
}

interface Param {
  readonly name: string
  readonly baseType: string
  readonly type: string
  readonly components: readonly Param[] | null
}

function plain(value: unknown, { baseType, components, type }: Param): unknown {
  if (baseType === 'tuple') return record(value as Result, components ?? [])
  if (typeof value === 'bigint') return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value
  return typeof value === 'string' && type !== 'string' ? value.toLowerCase() : value
}

function isHex(value: unknown, sizeBytes?: number): value is string {
  if (typeof value !== 'string' || !/^0x([0-9a-f]{2})*$/i.test(value)) return false
  return sizeBytes === undefined || value.length === 2 + 2 * sizeBytes
}

function isQuantity(value: unknown): value is string {
  return typeof value === 'string' && /^0x[0-9a-f]{1,13}$/i.test(value)
}
