import {
  type Address,
  type CallOptions,
  type ChainBlock,
  type DomainName,
  type DomainState,
  domainId,
  namehash,
  type Trust,
} from '@domainsync/core'
import { type RpcResult, resultOf } from '../rpc/parse-rpc-answer.ts'
import type { RpcCall } from '../rpc/rpc-client.ts'
import { ChainError } from '../rpc/rpc-error.ts'
import {
  decodeFeedRoot,
  decodeHead,
  decodeNode,
  decodePendingTrust,
  decodeReleaseRef,
  decodeRing,
  decodeRoles,
  decodeStable,
  decodeTrust,
  type Held,
  type ReleaseRef,
  STATE_VIEWS,
  type StateView,
} from './decode-state.ts'
import { parseBlock } from './parse-block.ts'
import { registryInterface } from './registry-interface.ts'
import { checkChainId, type RpcContext } from './rpc-context.ts'

export type StateReader = (domain: DomainName, at: ChainBlock, options: CallOptions) => Promise<DomainState | undefined>

const ZERO_NODE = `0x${'0'.repeat(64)}`

/** No release has a higher number, so its trust is the newest: that of the release that comes next. */
const LAST_RELEASE = 0xffff_ffff

/**
 * Reads a domain's whole state at one block in one round trip, or two: the second is for a kept release and for trust that
 * changed while older releases are still held.
 *
 * The block is named by its hash (EIP-1898, `requireCanonical`). An operator that refuses that form is asked by number
 * instead, with the block's hash compared in both round trips.
 *
 * Warning: a chain that reorganised away and back between the two trips of such an operator would go unnoticed.
 */
export function createStateReader(context: RpcContext): StateReader {
  let byHash = true

  const read = async (domain: DomainName, at: ChainBlock, call: CallOptions & { byHash: boolean }) => {
    const reader = createBlockCalls(context, at, call)
    const id = domainId(domain)
    // The overloads know no union of names; every one of these views takes the id alone.
    const views = STATE_VIEWS.map((name) => registryInterface.encodeFunctionData(name as 'head', [id]))
    const answers = await reader([...views, encodeTrustAt(id, LAST_RELEASE)])
    const view = (name: StateView) => answers[STATE_VIEWS.indexOf(name)]
    if (isNotRegistered(view('nodeOf'))) return undefined
    const node = decode(context, view('nodeOf'), decodeNode)
    if (node === ZERO_NODE) return undefined
    checkNode(node, domain, context.client.origin)

    const head = decode(context, view('head'), decodeHead)
    const { publisher, healer, feed } = decode(context, view('roles'), decodeRoles)
    const kept = decode(context, view('kept'), (data) => decodeReleaseRef('kept', data))
    const ring = decode(context, view('ring'), decodeRing)
    const nextTrust = decode(context, answers.at(-1), decodeTrust)
    // Before the first release there is no trust of a live one: what the first would have counts.
    const live = Math.max(1, head.live)
    const releases = [live, ...ring.map(({ release }) => release), ...(kept ? [kept.release] : [])]
    const { keptStable, trustOf } = await readRest(context, { reader, id, kept, releases, nextTrust })
    return {
      domain,
      id,
      node,
      head,
      trust: trustOf(live),
      nextTrust,
      publisher,
      healer,
      feed: BigInt(feed) === 0n ? undefined : feed,
      releases: withKept(ring, kept && { ...kept, stable: keptStable }).map((entry) => ({
        ...entry,
        trust: trustOf(entry.release),
      })),
      kept,
      rollbackTarget: decode(context, view('rollbackTarget'), (data) => decodeReleaseRef('rollbackTarget', data)),
      pendingTrust: decode(context, view('pendingTrust'), decodePendingTrust),
      anchored: decode(context, view('feedHead'), decodeFeedRoot),
      block: at,
    }
  }

  return async (domain, at, call) => {
    try {
      return await read(domain, at, { ...call, byHash })
    } catch (error) {
      if (!byHash || !refusesHashes(error)) throw error
      const state = await read(domain, at, { ...call, byHash: false })
      byHash = false
      return state
    }
  }
}

type Reader = ReturnType<typeof createBlockCalls>

/** The second trip: whether the kept release is stable, and the trust of releases from before the newest one. */
async function readRest(
  context: RpcContext,
  about: { reader: Reader; id: Address; kept: ReleaseRef | undefined; releases: readonly number[]; nextTrust: Trust },
): Promise<{ keptStable: boolean; trustOf: (release: number) => Trust }> {
  const { reader, id, kept, releases, nextTrust } = about
  const earlier = [...new Set(releases)].filter((release) => release < nextTrust.fromRelease)
  const calls = earlier.map((release) => encodeTrustAt(id, release))
  if (kept) calls.push(registryInterface.encodeFunctionData('releaseAt', [id, kept.release]))
  const answers = calls.length > 0 ? await reader(calls) : []
  const trusts = new Map(earlier.map((release, index) => [release, decode(context, answers[index], decodeTrust)]))
  return {
    keptStable: kept !== undefined && decode(context, answers.at(-1), decodeStable),
    trustOf: (release) => trusts.get(release) ?? nextTrust,
  }
}

function encodeTrustAt(id: Address, release: number): string {
  return registryInterface.encodeFunctionData('trustAt', [id, release])
}

/** Calls of the registry at one block, with the checks of chain and block in the same round trip. */
function createBlockCalls(context: RpcContext, at: ChainBlock, { byHash, ...call }: CallOptions & { byHash: boolean }) {
  const block = byHash ? { blockHash: at.hash, requireCanonical: true } : `0x${at.number.toString(16)}`
  const checks: RpcCall[] = [{ method: 'eth_chainId', params: [] }]
  if (!byHash) checks.push({ method: 'eth_getBlockByNumber', params: [block, false] })

  return async (data: readonly string[]): Promise<readonly RpcResult[]> => {
    const calls = data.map((input) => ({ method: 'eth_call', params: [{ to: context.registry, data: input }, block] }))
    const [chainId, ...rest] = await context.client.batch([...checks, ...calls], call)
    checkChainId(context, resultOf(chainId))
    if (byHash) return rest
    const [found, ...answers] = rest
    if (parseBlock(resultOf(found), context.client.origin)?.hash !== at.hash) throw unknownBlock(context, at)
    return answers
  }
}

function decode<T>(context: RpcContext, result: RpcResult | undefined, decoder: (data: string) => T): T {
  let data: unknown
  try {
    data = resultOf(result)
  } catch (error) {
    if (error instanceof ChainError && isUnknownBlock(error)) {
      throw new ChainError('BLOCK_UNKNOWN', `${context.client.origin} does not have the block asked for.`, {
        cause: error,
      })
    }
    throw error
  }
  if (data === '0x') {
    throw new ChainError(
      'REGISTRY_NO_CODE',
      `There is no registry at ${context.registry} on chain ${context.chainId}, says ${context.client.origin}; check the address.`,
      { retryable: false },
    )
  }
  try {
    return decoder(data as string)
  } catch (cause) {
    throw new ChainError('RPC_MALFORMED', `${context.client.origin} gave an answer that is not the registry's.`, {
      cause,
    })
  }
}

function checkNode(node: string, domain: DomainName, origin: string): void {
  if (node === namehash(domain)) return
  throw new ChainError(
    'NODE_MISMATCH',
    `The registry holds another name under the id of ${domain} (node ${node}), says ${origin}; do not trust it.`,
    { retryable: false },
  )
}

/** The kept release joins the ring's when it is no longer among them; newest first. */
function withKept(ring: readonly Held[], kept: Held | undefined): Held[] {
  const outside = kept !== undefined && ring.every(({ release }) => release !== kept.release)
  return (outside ? [...ring, kept] : [...ring]).sort((a, b) => b.release - a.release)
}

function isNotRegistered(result: RpcResult | undefined): boolean {
  if (result === undefined || result.ok || result.error.data === undefined) return false
  return registryInterface.parseError(result.error.data)?.name === 'NotRegistered'
}

function unknownBlock({ client }: RpcContext, { number, hash }: ChainBlock): ChainError {
  return new ChainError('BLOCK_UNKNOWN', `${client.origin} does not have block ${number} ${hash}.`)
}

/** What geth, erigon, nethermind, besu, hardhat and anvil say of a block they do not have, or that is not canonical. */
function isUnknownBlock({ rpcCode, message }: ChainError): boolean {
  return (
    rpcCode === -32001 ||
    /header not found|unknown block|block not found|invalid block tag|not canonical|resource not found|missing trie node|could not find block|state .*not available/i.test(
      message,
    )
  )
}

/** "Invalid params" and its many wordings; never a revert, which carries data or code 3. */
function refusesHashes(error: unknown): boolean {
  return (
    error instanceof ChainError && error.code === 'RPC_ERROR' && error.data === undefined && error.rpcCode !== 3 // EIP-140 revert
  )
}
