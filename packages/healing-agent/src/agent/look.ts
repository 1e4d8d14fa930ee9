import type { DomainState } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import type { AgentDomain } from '../agent-domain.ts'
import type { ObserveContext } from '../observe/observe-context.ts'
import type { Verification, VerifyRelease } from '../observe/verification.ts'
import type { AgentSettings } from './agent-settings.ts'
import type { AgentTools } from './agent-tools.ts'
import type { OlderReleases } from './candidates.ts'
import type { DomainMemory } from './domain-memory.ts'
import type { UpdateExaminer } from './update-examiner.ts'

/** What one pass needs to look at a domain. */
export interface Look {
  readonly domain: AgentDomain
  readonly memory: DomainMemory
  readonly settings: AgentSettings
  readonly tools: AgentTools
  readonly verify: VerifyRelease
  /** Absent where nobody can be asked to publish: then there are no DNS updates. */
  readonly updates: UpdateExaminer | undefined
  readonly context: ObserveContext
  /** Whether a probe is due in this pass. */
  readonly due: (probe: string) => boolean
  /** A publish of ours is on its way. */
  readonly publishing: boolean
}

/** The release whose copies and pages are looked at. */
export interface Target {
  readonly release: number
  readonly root: CID
}

/** What a pass has found of the head before it looks at names and pages. */
export interface Known {
  readonly target: Target
  /** `undefined` without a quorum. */
  readonly state: DomainState | undefined
  readonly verification: Verification | undefined
  readonly older: OlderReleases | undefined
}

/** How long a publish may take from the chain to DNS, in milliseconds. */
const PUBLISH_SETTLE_MS = 600_000

/** The live release changed just now: names and servers may still show another one. */
export function isSettling({ memory, context, settings, publishing }: Look): boolean {
  const sinceMs = context.clock.now() - (memory.live?.since ?? 0)
  if (publishing) return sinceMs < PUBLISH_SETTLE_MS
  return memory.live?.witnessed === true && sinceMs < settings.dnsSettleMs
}
