import type { Condition, Freeze, Incident, OperationKind, ProbeStatus } from '@domainsync/core'
import type { Action } from '../plan/action.ts'
import type { ConditionLadder } from '../plan/plan.ts'
import type { Warning } from './agent-key.ts'
import type { Keeper } from './keeper.ts'

/** One pass over the domains that were due: plain JSON. */
export interface PassReport {
  readonly schema: 'domainsync.pass/1'
  readonly startedAt: number
  readonly finishedAt: number
  /** Every domain was looked at, with a quorum. */
  readonly complete: boolean
  readonly domains: readonly DomainReport[]
}

/** What one pass found of one domain, and did about it. */
export interface DomainReport {
  readonly domain: string
  readonly checkedAt: number
  /** `null` before the first release, or when no quorum ever showed one. */
  readonly release: {
    readonly live: number
    readonly latest: number
    readonly seq: number
    readonly root: string
    readonly stable: boolean
    readonly kept: number | null
    readonly paused: number
  } | null
  readonly quorum: boolean
  /** What the last look at the chain said. */
  readonly chain: string
  /** `checking`: a first wrong answer, or servers that may still lag behind a change; not confirmed. */
  readonly served: 'match' | 'MISMATCH' | 'checking' | 'unknown'
  /** `none`: none are configured. */
  readonly checks: 'pass' | 'FAIL' | 'unknown' | 'none'
  readonly verified: 'yes' | 'NO' | 'unknown'
  readonly dns: {
    /** `update`: a signed release that is not on chain yet. */
    readonly status: 'match' | 'DRIFT' | 'update' | 'checking' | 'unknown'
    readonly found: string | null
    readonly wanted: string | null
    readonly evidence: string
    /** Configured resolvers that answer what is wanted. */
    readonly resolvers: { readonly match: number; readonly of: number; readonly list: readonly ResolverReport[] }
  }
  /** The newest answer of every page probe. */
  readonly pages: readonly PageReport[]
  readonly replicas: {
    readonly stored: number
    readonly of: number
    readonly need: number
    readonly list: readonly ReplicaReport[]
  }
  readonly conditions: readonly ConditionReport[]
  /** What was done in this pass; with a look only, what would be. */
  readonly actions: readonly ActionReport[]
  readonly freezes: readonly Freeze[]
  /** How much of what the agent may do was used. */
  readonly limits: {
    /** In the last hour; one more freezes the domain. */
    readonly repairs: Used
    /** In the last 24 hours. */
    readonly rollbacks: Used
  }
  /** The operation that the journal holds unfinished: under way, or left by a crash. */
  readonly running: { readonly id: string; readonly kind: OperationKind; readonly step: string | null } | null
  /** The agent that keeps the domain now. */
  readonly keeper: Keeper | null
  readonly incident: Incident | null
  /** What no probe finds and no repair mends, about the agent's key. */
  readonly warnings: readonly Warning[]
  /** Why this domain could not be passed, or could not be written to. */
  readonly error: { readonly code: string; readonly message: string } | null
  /** When it is looked at next, in milliseconds since 1970. */
  readonly nextAt: number
  /** Something is being confirmed or repaired: these findings are not final. */
  readonly underWay: boolean
}

/** What one page probe saw last. */
export interface PageReport {
  readonly probe: 'served' | 'check' | 'site'
  readonly path: string
  readonly status: ProbeStatus
  readonly evidence: string
}

/** What one resolver answered last. */
export interface ResolverReport {
  readonly name: string
  readonly answer: string | null
}

export interface Used {
  readonly used: number
  readonly of: number
}

export interface ReplicaReport {
  readonly name: string
  readonly tier: 1 | 2
  readonly spare: boolean
  readonly copy: 'stored' | 'missing' | 'unknown'
  /** False: nothing that it gives shows what it stores, so that it never counts. */
  readonly countable: boolean
  readonly online: boolean
  readonly evidence: string
}

/** A condition and how far its repair has come. */
export interface ConditionReport extends Condition {
  readonly ladders: readonly ConditionLadder['position'][]
}

export interface ActionReport {
  readonly action: Action
  /** `planned`: only looked at. `skipped`: the world had changed since it was planned. */
  readonly outcome: 'planned' | 'done' | 'failed' | 'skipped'
  readonly code: string | null
  readonly detail: string
  readonly durationMs: number
}
