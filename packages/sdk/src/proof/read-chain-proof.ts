import { type CallOptions, type ChainBlock, domainId } from '@domainsync/core'
import { toBeHex } from 'ethers'
import type { RpcEndpoint } from '../chain/rpc-endpoint.ts'
import { parseEndpoint } from '../chain/rpc-endpoint.ts'
import { resultOf } from '../rpc/parse-rpc-answer.ts'
import { createRpcClient, type RpcClient } from '../rpc/rpc-client.ts'
import { decodeHeader, encodeHeader } from './block-header.ts'
import {
  CHAIN_PROOF_SCHEMA,
  type ChainProof,
  type ProofSubject,
  prunedProof,
  readWord,
  storageRootOf,
} from './chain-proof.ts'
import { ProofError } from './proof-error.ts'
import { readStoredDomain } from './registry-storage.ts'
import { TrieNodes } from './trie.ts'

export interface ReadProofOptions extends CallOptions {
  /** The block that a quorum agreed on. */
  readonly at: ChainBlock
  readonly rpcUrls: readonly RpcEndpoint[]
  readonly fetch?: typeof globalThis.fetch | undefined
}

/**
 * A proof of a domain's state at a block, from the first operator that gives one (`eth_getProof`, EIP-1186). No quorum is
 * needed: a proof is right or it is none.
 *
 * @throws ProofError `PROOF_UNAVAILABLE` with each operator's reason
 */
export async function readChainProof(
  subject: ProofSubject,
  { rpcUrls, fetch, ...options }: ReadProofOptions,
): Promise<ChainProof> {
  const errors: unknown[] = []
  for (const endpoint of rpcUrls) {
    const client = createRpcClient({ ...parseEndpoint(endpoint), fetch })
    try {
      return await proofOf(subject, { ...options, client })
    } catch (error) {
      options.signal?.throwIfAborted()
      errors.push(error)
    }
  }
  const reasons = errors.map((error) => (error instanceof Error ? error.message : String(error)))
  throw new ProofError(
    'PROOF_UNAVAILABLE',
    `No operator proved the state of block ${options.at.number}: ${reasons.join(' ')}`,
    new AggregateError(errors),
  )
}

interface Asking extends CallOptions {
  readonly at: ChainBlock
  readonly client: RpcClient
}

async function proofOf(subject: ProofSubject, { at, client, ...call }: Asking): Promise<ChainProof> {
  const [block] = await client.batch([{ method: 'eth_getBlockByHash', params: [at.hash, false] }], call)
  const header = encodeHeader(resultOf(block), at.hash)
  if (header === undefined) {
    throw new ProofError('PROOF_MALFORMED', `${client.origin} gave a header that is not that of block ${at.hash}.`)
  }
  const { stateRoot } = decodeHeader(header)
  const { domain, chainId, registry } = subject
  const found = new Set<string>()
  let nodes = new TrieNodes([])
  const reading = readStoredDomain(domainId(domain))
  for (let step = reading.next(); !step.done; ) {
    for (const node of await getProof(registry, { slots: step.value, at, client, ...call })) found.add(node)
    nodes = new TrieNodes(found)
    const storageRoot = storageRootOf(nodes, { stateRoot, registry })
    // Out of the nodes, not what the operator says the values are: those would decide what is asked next.
    step = reading.next(step.value.map((slot) => readWord(nodes, storageRoot, slot)))
  }
  const whole: ChainProof = { schema: CHAIN_PROOF_SCHEMA, domain, chainId, registry, header, nodes: [...found] }
  return prunedProof(whole, subject)
}

/** The nodes that `eth_getProof` gives, not checked. */
async function getProof(
  registry: string,
  { slots, at, client, ...call }: Asking & { slots: readonly bigint[] },
): Promise<string[]> {
  const keys = slots.map((slot) => toBeHex(slot, 32))
  const ask = async (block: unknown) => {
    const [answer] = await client.batch([{ method: 'eth_getProof', params: [registry, keys, block] }], call)
    return nodesOf(resultOf(answer), client.origin)
  }
  try {
    return await ask({ blockHash: at.hash, requireCanonical: true })
  } catch {
    call.signal?.throwIfAborted()
    // Not every operator takes a hash here (EIP-1898). A proof of another block of that number proves nothing.
    return ask(`0x${at.number.toString(16)}`)
  }
}

function nodesOf(answer: unknown, origin: string): string[] {
  const { accountProof, storageProof } = (answer ?? {}) as Record<string, unknown>
  const nodes = [accountProof, ...[storageProof].flat().map((one) => (one as { proof?: unknown } | null)?.proof)].flat()
  if (nodes.every((node) => typeof node === 'string' && /^0x([0-9a-f]{2})+$/i.test(node))) {
    return nodes.map((node) => (node as string).toLowerCase())
  }
  throw new ProofError('PROOF_MALFORMED', `${origin} gave an answer that is no proof.`)
}
