import {
  type CallOptions,
  type Clock,
  type DomainState,
  hashFromRoot,
  type ReleaseFile,
  rootFromHash,
} from '@domainsync/core'
import { CID } from 'multiformats/cid'
import type { AgentDomain } from '../agent-domain.ts'
import type { VerifyRelease } from '../observe/verification.ts'
import type { AgentTools } from './agent-tools.ts'

/** A signed release for `latest + 1` that DNS names before the chain does. */
export interface DnsUpdate {
  readonly root: string
  readonly release: number
  readonly files: readonly ReleaseFile[]
}

/** Time for reading and verifying one, in milliseconds; the repair of a forged record waits as long. */
const EXAMINE_TIMEOUT_MS = 5_000
/** How long a root that is none is remembered as such, in milliseconds. */
const REMEMBER_MS = 60_000

/** Tells a DNS update from drift: everything about it is verified before anybody is asked to publish it. */
export class UpdateExaminer {
  readonly #domain: AgentDomain
  readonly #tools: Pick<AgentTools, 'contentOf'>
  readonly #verify: VerifyRelease
  readonly #clock: Pick<Clock, 'monotonic'>
  /** When a value was found to be none, by value and latest release. */
  readonly #rejected = new Map<string, number>()

  constructor(domain: AgentDomain, { tools, verify, clock }: ExaminerOptions) {
    this.#domain = domain
    this.#tools = tools
    this.#verify = verify
    this.#clock = clock
  }

  /** The update that a DNSLink's value is; `undefined` for anything else, and for what cannot be read in time. */
  async examine(value: string, state: DomainState, call: CallOptions): Promise<DnsUpdate | undefined> {
    const key = `${value} ${state.head.latest}`
    const now = this.#clock.monotonic()
    for (const [old, at] of this.#rejected) if (at + REMEMBER_MS <= now) this.#rejected.delete(old)
    if (this.#rejected.has(key)) return undefined
    const limit = AbortSignal.timeout(EXAMINE_TIMEOUT_MS)
    const signal = call.signal ? AbortSignal.any([call.signal, limit]) : limit
    try {
      const update = await this.#verified(value, state, { ...call, signal })
      if (update === undefined) this.#rejected.set(key, now)
      return update
    } catch {
      call.signal?.throwIfAborted()
      this.#rejected.set(key, now)
      return undefined
    }
  }

  async #verified(value: string, state: DomainState, call: CallOptions): Promise<DnsUpdate | undefined> {
    const root = rootOf(value)
    if (root === undefined || state.releases.some(({ ipfsHash }) => `${rootFromHash(ipfsHash)}` === value))
      return undefined
    const release = state.head.latest + 1
    const verification = await this.#verify({ state, release, root }, call)
    if (verification.kind !== 'verified' || (await this.#isCondemned(root, state, call))) return undefined
    return { root: value, release, files: verification.files }
  }

  /** Whether a quarantined release that the registry still holds has the same files. The publisher looks at all of them. */
  async #isCondemned(root: CID, { releases }: DomainState, call: CallOptions): Promise<boolean> {
    const content = await this.#tools.contentOf(root, this.#domain, call)
    const condemned = await Promise.all(
      releases
        .filter(({ stable }) => !stable)
        .map(({ ipfsHash }) =>
          this.#tools.contentOf(rootFromHash(ipfsHash), this.#domain, call).catch(() => undefined),
        ),
    )
    return condemned.includes(content)
  }
}

interface ExaminerOptions {
  readonly tools: Pick<AgentTools, 'contentOf'>
  readonly verify: VerifyRelease
  readonly clock: Pick<Clock, 'monotonic'>
}

/** The root of a release, in the one spelling that the registry gives back; `undefined` for any other value. */
function rootOf(value: string): CID | undefined {
  try {
    const root = CID.parse(value)
    return `${rootFromHash(hashFromRoot(root))}` === value ? root : undefined
  } catch {
    return undefined
  }
}
