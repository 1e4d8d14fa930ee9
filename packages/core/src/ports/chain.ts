import type { CallOptions } from '../call-options.ts'
import type { Address, Bytes32 } from '../domain-id.ts'
import type { DomainName } from '../domain-name.ts'
import type { Head } from '../release.ts'

/** One block. */
export interface ChainBlock {
  readonly number: number
  readonly hash: Bytes32
  /** Seconds since 1970. */
  readonly timestamp: number
}

/** Which block is meant: the newest, the newest that will not be reorganised, or an exact one. */
export type BlockTag = 'latest' | 'safe' | number

/** What readers trust from `fromRelease` on. */
export interface Trust {
  readonly owner: Address
  readonly guardian: Address
  readonly signer: Address
  readonly fromRelease: number
  /** SHA-256 of the 2,614-byte SubjectPublicKeyInfo of the ML-DSA-87 key. */
  readonly pqKeyHash: Bytes32
}

/** A change of trust that waits for its delay. */
export interface PendingTrust {
  /** EIP-712 struct hash of what was proposed. */
  readonly trustHash: Bytes32
  /** When it may be accepted, in seconds since 1970. */
  readonly notBefore: number
  /** Started by registrars, for lost keys. */
  readonly reclaim: boolean
}

/** Everything a reader or the agent needs of one domain, all at one block. */
export interface DomainState {
  readonly domain: DomainName
  readonly id: Address
  /** The full EIP-137 node that the registry holds; compare it with the name's own. */
  readonly node: Bytes32
  readonly head: Head
  /** Trust of the live release; before there is one, of the first. */
  readonly trust: Trust
  /** Trust of release `latest + 1`, which is also that of who owns the domain now. */
  readonly nextTrust: Trust
  readonly publisher: Address
  readonly healer: Address
  /** The releases still in the ring or kept, newest first. */
  readonly releases: readonly RingEntry[]
  readonly kept: { readonly release: number; readonly ipfsHash: Bytes32 } | undefined
  /** The release a rollback would go to. */
  readonly rollbackTarget: { readonly release: number; readonly ipfsHash: Bytes32 } | undefined
  /** A change of trust that waits; `undefined` for none. */
  readonly pendingTrust?: PendingTrust | undefined
  /** The feed that it lives in; `undefined` for none. */
  readonly feed?: Address | undefined
  /** As a feed: the root of the map that it anchored last. */
  readonly anchored?: Bytes32 | undefined
  readonly block: ChainBlock
}

/** A release that the registry still holds. */
export interface RingEntry {
  readonly release: number
  readonly ipfsHash: Bytes32
  readonly stable: boolean
  /** What the release verifies under: it may be an earlier one than the live release's. */
  readonly trust: Trust
}

/** An event of the registry, decoded. */
export interface RegistryEvent {
  /** The Solidity event's name. */
  readonly name: string
  readonly args: Readonly<Record<string, unknown>>
  readonly block: { readonly number: number; readonly hash: Bytes32 }
  readonly transaction: Bytes32
  readonly logIndex: number
}

/** The registry as one operator shows it. A quorum wraps several of these behind the same port. */
export interface Chain {
  readonly name: string
  /** Block that the registry was deployed in, where that is known: no event is older. */
  readonly firstBlock?: number | undefined
  block(tag: BlockTag, options?: CallOptions): Promise<ChainBlock>
  /** State at an exact block (EIP-1898); `undefined` when the name is not registered. */
  domain(domain: DomainName, at: ChainBlock, options?: CallOptions): Promise<DomainState | undefined>
  /** Events of one domain, oldest first; `from` and `to` are block numbers, both included. */
  events(domain: DomainName, range: { from: number; to: number }, options?: CallOptions): AsyncIterable<RegistryEvent>
}
