import type { Address, Bytes32 } from '../domain-id.ts'

export type OperationKind = 'publish' | 'prepare' | 'log-failure' | 'heal' | 'rollback' | 'keep'
export type OperationState = 'running' | 'done' | 'failed'
export type StepState = 'pending' | 'intent' | 'done' | 'failed'

/** JSON that survives a restart. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue }

/** A unit of work: a journal of idempotent steps. At most one runs per domain. */
export interface Operation {
  /** Hash of what makes it the same work: chain, registry, domain, expected seq and content; or incident and plan. */
  readonly id: string
  readonly kind: OperationKind
  readonly domain: string
  readonly incident: string | undefined
  readonly expectedSeq: number
  readonly content: string | undefined
  readonly root: string | undefined
  readonly state: OperationState
  /** Of the lease under which it was opened. */
  readonly epoch: number
  readonly steps: readonly Step[]
}

/** One step. Its completion can be read off the world; the receipt is what was read. */
export interface Step {
  readonly key: string
  readonly state: StepState
  readonly attempts: number
  readonly intent: JsonValue | undefined
  readonly receipt: JsonValue | undefined
  /** Not to be tried again before this time, in milliseconds since 1970. */
  readonly notBefore: number | undefined
}

export type NewOperation = Pick<Operation, 'id' | 'kind' | 'domain' | 'expectedSeq'> &
  Partial<Pick<Operation, 'incident' | 'content' | 'root' | 'epoch'>> & { readonly steps: readonly string[] }

/** One change of an operation, committed as one transaction. */
export type Advance =
  | { readonly kind: 'intent'; readonly step: string; readonly intent: JsonValue }
  | { readonly kind: 'done'; readonly step: string; readonly receipt: JsonValue; readonly root?: string }
  | { readonly kind: 'retry'; readonly step: string; readonly error: string; readonly notBefore?: number }
  | { readonly kind: 'failed'; readonly step: string; readonly error: string }
  | { readonly kind: 'finish'; readonly state: 'done' | 'failed' }
  /**
   * The world took back what a done step did (a reorganisation): it and those after it are pending again, the operation runs,
   * also one that was done. Their intents stay to be seen, their transactions count as not mined.
   */
  | { readonly kind: 'undo'; readonly step: string }

/** Operations and nonces. Every method commits before it returns and may be called again with no further effect. */
export interface Journal {
  /**
   * Opens the operation, or returns the known one: a running one to go on with, a done one as it stands. A failed one runs
   * again: its done steps stay done, the others are tried anew.
   *
   * @throws DomainSyncError `OPERATION_RUNNING` when another one runs for the domain.
   */
  open(operation: NewOperation): Promise<Operation>
  /** @throws DomainSyncError `LEASE_LOST` when the fence, or the operation's own epoch, is older than the domain's. */
  advance(id: string, change: Advance, fence?: Fence): Promise<Operation>
  running(domain?: string): Promise<readonly Operation[]>
  /** The nonce that the step owns until it is consumed: the same one at every call. */
  reserveNonce(reservation: NonceReservation): Promise<number>
}

/** The lease epoch under which a write is made: an older one than the domain's is refused. 0: made without a lease. */
export interface Fence {
  readonly epoch: number
}

export interface NonceReservation extends Partial<Fence> {
  readonly chainId: number
  readonly sender: Address
  readonly stepKey: string
  /** The account's nonce on chain now: reservations below it are consumed. */
  readonly chainNonce: number
}

export type TransactionState = 'signed' | 'mined' | 'replaced'

/** A signed transaction, stored before it is sent. */
export interface StoredTransaction {
  readonly chainId: number
  readonly sender: Address
  readonly nonce: number
  readonly hash: Bytes32
  readonly raw: `0x${string}`
  readonly state: TransactionState
  readonly blockHash: Bytes32 | undefined
}
