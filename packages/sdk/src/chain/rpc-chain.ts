import {
  type BlockTag,
  type CallOptions,
  type Chain,
  type ChainBlock,
  type DomainName,
  domainId,
  type RegistryEvent,
} from '@domainsync/core'
import { resultOf } from '../rpc/parse-rpc-answer.ts'
import { createRpcClient, type RpcClientOptions } from '../rpc/rpc-client.ts'
import { ChainError } from '../rpc/rpc-error.ts'
import { parseBlock } from './parse-block.ts'
import { parseRegistry } from './parse-registry.ts'
import { readEvents } from './read-events.ts'
import { createStateReader } from './read-state.ts'
import { checkChainId, type RpcContext } from './rpc-context.ts'

/** Chain ids of development chains: their newest block is never reorganised away. */
const DEVELOPMENT_CHAIN_ID = 31337

export interface RpcChainOptions extends RpcClientOptions {
  /** For messages; the operator by default. */
  name?: string
  /** Who runs it: two URLs of one operator are one voice in a quorum. The URL's origin by default. */
  operator?: string
  chainId: number
  registry: string
  /** What `safe` means: this many blocks behind the newest, or the chain's own tag. Default: the tag; 0 on 31337. */
  safeDepth?: number | 'tag'
}

/** A {@link Chain} that says whose voice it is. */
export interface OperatorChain extends Chain {
  readonly operator: string
}

/**
 * The registry as one operator shows it. Every answer is checked for form and for belonging to this chain, registry and
 * name; whether it is *true* only a quorum can say (`createQuorumChain`).
 *
 * All methods throw ChainError, see `ChainErrorCode`; `RPC_URL_INVALID` and `REGISTRY_INVALID` at once.
 */
export function createRpcChain(options: RpcChainOptions): OperatorChain {
  const client = createRpcClient(options)
  const operator = options.operator ?? client.origin
  const registry = parseRegistry(options.registry)
  const context: RpcContext = { client, chainId: options.chainId, registry }
  const safeDepth = options.safeDepth ?? (options.chainId === DEVELOPMENT_CHAIN_ID ? 0 : 'tag')
  const readState = createStateReader(context)

  return {
    name: options.name ?? operator,
    operator,
    block: (tag, call = {}) => readBlock(context, tag, { ...call, safeDepth }),
    domain: (domain, at, call = {}) => readState(domain, at, call),
    events: (domain, range, call = {}) => events(context, domain, { ...call, range }),
  }
}

async function readBlock(
  context: RpcContext,
  tag: BlockTag,
  { safeDepth, ...call }: CallOptions & { safeDepth: number | 'tag' },
): Promise<ChainBlock> {
  if (tag === 'safe' && safeDepth !== 'tag') {
    const latest = await readBlock(context, 'latest', { ...call, safeDepth })
    return safeDepth === 0 ? latest : readBlock(context, Math.max(0, latest.number - safeDepth), { ...call, safeDepth })
  }
  const [chainId, answer] = await context.client.batch(
    [
      { method: 'eth_chainId', params: [] },
      { method: 'eth_getBlockByNumber', params: [typeof tag === 'number' ? `0x${tag.toString(16)}` : tag, false] },
    ],
    call,
  )
  checkChainId(context, resultOf(chainId))
  const block = parseBlock(resultOf(answer), context.client.origin)
  if (block === undefined || (typeof tag === 'number' && block.number !== tag)) {
    throw new ChainError('BLOCK_UNKNOWN', `${context.client.origin} does not have block ${tag}.`)
  }
  return block
}

async function* events(
  context: RpcContext,
  domain: DomainName,
  { range, ...call }: CallOptions & { range: { from: number; to: number } },
): AsyncIterable<RegistryEvent> {
  yield* readEvents(context, domainId(domain), { ...call, ...range })
}
