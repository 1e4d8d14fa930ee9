import {
  type Address,
  type Bytes32,
  type ChainBlock,
  type DomainName,
  type DomainState,
  domainId,
} from '@domainsync/core'
import { toBeHex } from 'ethers'
import { decodeHeader } from './block-header.ts'
import { ProofError } from './proof-error.ts'
import { readStoredDomain, type StoredDomain } from './registry-storage.ts'
import { decoded, stringOf, TrieNodes } from './trie.ts'

/** Name and version of the form. */
export const CHAIN_PROOF_SCHEMA = 'domainsync.chain-proof/1'

/**
 * What the registry held of one domain at one block, provable to whoever knows the block's hash: the header, and the nodes of
 * the state's tries on the way to every word that is read. It states no value: readers find them in the nodes.
 */
export interface ChainProof {
  readonly schema: typeof CHAIN_PROOF_SCHEMA
  readonly domain: string
  readonly chainId: number
  readonly registry: Address
  /** RLP. */
  readonly header: string
  /** RLP of each node, once, in the order in which a reader needs them. */
  readonly nodes: readonly string[]
}

/** What the reader asks about; nothing of it is taken from the proof. */
export interface ProofSubject {
  readonly domain: DomainName
  readonly chainId: number
  readonly registry: Address
}

/** The state that a proof proves. */
export type ProvenState = Pick<DomainState, 'domain' | 'node' | 'head' | 'trust' | 'block'>

/** The one spelling that a proof has: one line, fields in their order. */
export function encodeChainProof({ domain, chainId, registry, header, nodes }: ChainProof): Uint8Array {
  const ordered = { schema: CHAIN_PROOF_SCHEMA, domain, chainId, registry, header, nodes }
  return new TextEncoder().encode(`${JSON.stringify(ordered)}\n`)
}

/** @throws ProofError `PROOF_MALFORMED` for anything but what {@link encodeChainProof} writes. */
export function parseChainProof(bytes: Uint8Array): ChainProof {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw malformed('it is no JSON', cause)
  }
  if (!isChainProof(value)) throw malformed(`it is no ${CHAIN_PROOF_SCHEMA}`)
  const again = encodeChainProof(value)
  if (again.length !== bytes.length || again.some((byte, at) => byte !== bytes[at])) {
    throw malformed('it is spelled in another way')
  }
  return value
}

/**
 * The state that a proof proves, at the block whose hash its header has. `undefined` when it proves that the domain is not
 * registered. Whether that block is one of the chain, the proof cannot say.
 *
 * @throws ProofError `PROOF_FIELD_MISMATCH`, `PROOF_INCOMPLETE`, `PROOF_MALFORMED`, `PROOF_REGISTRY_ABSENT`
 */
export function openChainProof(
  proof: ChainProof,
  subject: ProofSubject,
): { block: ChainBlock; state: ProvenState | undefined } {
  for (const field of ['domain', 'chainId', 'registry'] as const) {
    if (proof[field] === subject[field]) continue
    throw new ProofError('PROOF_FIELD_MISMATCH', `The proof is of ${field} ${proof[field]}, not ${subject[field]}.`)
  }
  const { stateRoot, ...block } = decodeHeader(proof.header)
  const nodes = new TrieNodes(proof.nodes)
  const stored = readProven(nodes, { stateRoot, subject })
  const used = nodes.used()
  if (used.length !== proof.nodes.length || used.some((node, at) => node !== proof.nodes[at])) {
    throw malformed('it holds nodes that prove nothing, or not in their order')
  }
  return { block, state: stored && { domain: subject.domain, block, ...stored } }
}

/** The same proof without the nodes that nothing needs. @throws ProofError as {@link openChainProof} */
export function prunedProof(proof: ChainProof, subject: ProofSubject): ChainProof {
  const nodes = new TrieNodes(proof.nodes)
  readProven(nodes, { stateRoot: decodeHeader(proof.header).stateRoot, subject })
  return { ...proof, nodes: nodes.used() }
}

/** Reads the domain's words out of the tries. */
function readProven(
  nodes: TrieNodes,
  { stateRoot, subject }: { stateRoot: Bytes32; subject: ProofSubject },
): StoredDomain | undefined {
  const storageRoot = storageRootOf(nodes, { stateRoot, registry: subject.registry })
  const reading = readStoredDomain(domainId(subject.domain))
  let step = reading.next()
  while (!step.done) step = reading.next(step.value.map((slot) => readWord(nodes, storageRoot, slot)))
  return step.value
}

/** Root of the registry's storage. @throws ProofError `PROOF_REGISTRY_ABSENT`, `PROOF_INCOMPLETE`, `PROOF_MALFORMED` */
export function storageRootOf(
  nodes: TrieNodes,
  { stateRoot, registry }: { stateRoot: Bytes32; registry: Address },
): Bytes32 {
  const account = nodes.read(stateRoot, registry)
  if (account === undefined) {
    throw new ProofError('PROOF_REGISTRY_ABSENT', `At that block there is nothing at ${registry}.`)
  }
  const fields = decoded(account)
  if (!Array.isArray(fields) || fields.length !== 4) throw malformed('its account is none')
  return stringOf(fields[2]) as Bytes32
}

/** A word of storage; zero ones are not in the trie. @throws ProofError `PROOF_INCOMPLETE`, `PROOF_MALFORMED` */
export function readWord(nodes: TrieNodes, storageRoot: Bytes32, slot: bigint): bigint {
  const value = nodes.read(storageRoot, toBeHex(slot, 32))
  if (value === undefined) return 0n
  const word = stringOf(decoded(value))
  if (word.length > 66) throw malformed('one of its words is too long')
  return BigInt(word === '0x' ? 0 : word)
}

function isChainProof(value: unknown): value is ChainProof {
  if (typeof value !== 'object' || value === null) return false
  const { schema, domain, chainId, registry, header, nodes } = value as Record<string, unknown>
  return (
    schema === CHAIN_PROOF_SCHEMA &&
    typeof domain === 'string' &&
    Number.isSafeInteger(chainId) &&
    typeof registry === 'string' &&
    isHex(header) &&
    Array.isArray(nodes) &&
    nodes.every(isHex)
  )
}

function isHex(value: unknown): value is string {
  return typeof value === 'string' && /^0x([0-9a-f]{2})+$/.test(value)
}

function malformed(what: string, cause?: unknown): ProofError {
  return new ProofError('PROOF_MALFORMED', `This is no proof of a state: ${what}.`, cause)
}
