import type { Condition, Observation } from '../observation.ts'
import type { Fence } from './journal.ts'

/** From the first bad observation to the third good one. */
export interface Incident {
  readonly id: string
  readonly domain: string
  readonly firstBadAt: number
  readonly openedAt: number
  readonly closedAt: number | undefined
}

/** Why and since when pointer actions of a domain are blocked. */
export interface Freeze {
  readonly id: string
  readonly domain: string
  readonly cause: string
  /** Automatic ones thaw after three clean rounds; sticky ones only by a person's signature. */
  readonly kind: 'automatic' | 'sticky'
  readonly evidenceDigest: string
  readonly since: number
  readonly thawSignature: string | undefined
}

/** What the agent found about one domain, saved whole after each pass. */
export interface Findings {
  readonly domain: string
  readonly conditions: readonly Condition[]
  readonly incident: Incident | undefined
  readonly freezes: readonly Freeze[]
}

/** The agent's memory. */
export interface History {
  append(observations: readonly Observation[]): Promise<void>
  /** Newest first. */
  recent(query: {
    domain: string
    probe?: string
    /** Not before, and not after, in milliseconds since 1970. */
    since?: number
    until?: number
    limit: number
  }): Promise<readonly Observation[]>
  /** A sticky freeze without a thaw signature stays, even when the findings leave it out. */
  save(findings: Findings, fence?: Fence): Promise<void>
  findings(domain: string): Promise<Findings>
}
