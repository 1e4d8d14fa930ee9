import {
  type CallOptions,
  type DomainState,
  failedCheck,
  type ReleaseFile,
  rootFromHash,
  type SiteCheck,
} from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import type { AgentDomain } from '../agent-domain.ts'
import type { PredecessorAnswer } from '../observe/observe-check.ts'
import type { Verification, VerifyRelease } from '../observe/verification.ts'
import type { Answer, Candidate } from '../plan/plan-state.ts'
import type { AgentTools } from './agent-tools.ts'
import { proveCopies } from './prove-copies.ts'

/** A release the registry holds, below the live one. */
export interface OlderRelease {
  readonly release: number
  readonly root: CID
  readonly stable: boolean
}

/** Looks at releases beside the live one: only when something is wrong with the live one, and only as far as needed. */
export class OlderReleases {
  readonly #domain: AgentDomain
  readonly #tools: Pick<AgentTools, 'prove'>
  readonly #verify: VerifyRelease
  readonly #state: DomainState
  readonly #call: CallOptions
  /** Every release that the registry holds but the live one, newest first. */
  readonly #others: readonly OlderRelease[]
  /** Those below the live one, newest first. */
  readonly list: readonly OlderRelease[]

  constructor(state: DomainState, options: OlderOptions) {
    this.#domain = options.domain
    this.#tools = options.tools
    this.#verify = options.verify
    this.#state = state
    this.#call = options.call
    const safelyStable = (release: number) =>
      options.safe?.releases.some((entry) => entry.release === release && entry.stable) ?? false
    this.#others = state.releases
      .filter(({ release }) => release !== state.head.live)
      .map(({ release, ipfsHash, stable }) => {
        return { release, root: rootFromHash(ipfsHash), stable: stable && safelyStable(release) }
      })
      .sort((a, b) => b.release - a.release)
    this.list = this.#others.filter(({ release }) => release < state.head.live)
  }

  /** Every older release, examined newest first until one is fit to go back to. */
  async candidates(): Promise<Candidate[]> {
    const candidates: Candidate[] = []
    let found = false
    for (const older of this.list) {
      const candidate: Candidate = found || !older.stable ? unasked(older) : await this.#examine(older)
      candidates.push(candidate)
      found ||= candidate.verified === 'yes' && candidate.proven === 'yes' && candidate.checks === 'yes'
    }
    return candidates
  }

  /** Whether the newest older stable release passes a check now, on the same path. */
  async passes(check: SiteCheck): Promise<PredecessorAnswer> {
    const older = this.list.find(({ stable }) => stable)
    if (older === undefined) return undefined
    const answer = await this.#check(older.root, check)
    return answer === 'unknown' ? undefined : { release: older.release, passes: answer === 'yes' }
  }

  /** The release whose list has these bytes; `undefined` when not every list could be read. */
  async whose(sha256: string): Promise<number | 'none' | undefined> {
    let unread = false
    for (const { release, root } of this.#others) {
      const verification = await this.#read({ release, root })
      if (verification.kind === 'verified' && lists(verification.files, sha256)) return release
      unread ||= verification.kind === 'unknown'
    }
    return unread ? undefined : 'none'
  }

  /** Whether an older release's manifest can be read now, so that the sources are known to work. */
  async anyIsFound(): Promise<boolean> {
    for (const { release, root } of this.list) {
      const { kind } = await this.#read({ release, root })
      if (kind === 'verified' || kind === 'unverifiable') return true
    }
    return false
  }

  async #examine({ release, root, stable }: OlderRelease): Promise<Candidate> {
    const verified = answerOf(await this.#read({ release, root }))
    const proven = verified === 'yes' ? await this.#prove(root) : 'unknown'
    const checks = proven === 'yes' ? await this.#checks(root) : 'unknown'
    return { release, root: `${root}`, stable, verified, proven, checks }
  }

  #read(target: { release: number; root: CID }): Promise<Verification> {
    return this.#verify({ state: this.#state, ...target }, this.#call)
  }

  async #prove(root: CID): Promise<Answer> {
    const { enough } = await proveCopies(root, { domain: this.#domain, tools: this.#tools, ...this.#call })
    return enough
  }

  async #checks(root: CID): Promise<Answer> {
    const answers: Answer[] = []
    for (const check of this.#domain.checks) answers.push(await this.#check(root, check))
    if (answers.includes('no')) return 'no'
    return answers.includes('unknown') ? 'unknown' : 'yes'
  }

  async #check(root: CID, check: SiteCheck): Promise<Answer> {
    if (this.#domain.preview === undefined) return 'unknown'
    try {
      const answer = await this.#domain.preview(root, check.path, this.#call)
      return failedCheck(check, answer) === undefined ? 'yes' : 'no'
    } catch {
      this.#call.signal?.throwIfAborted()
      return 'unknown'
    }
  }
}

interface OlderOptions {
  readonly domain: AgentDomain
  readonly tools: Pick<AgentTools, 'prove'>
  readonly verify: VerifyRelease
  /** The state some blocks deeper, where permissions are read. */
  readonly safe: DomainState | undefined
  readonly call: CallOptions
}

/** A manifest that is nowhere to be had cannot be gone back to, as little as one that does not verify. */
export function answerOf({ kind }: Verification): Answer {
  switch (kind) {
    case 'verified':
      return 'yes'
    case 'unverifiable':
    case 'missing':
      return 'no'
    case 'unknown':
      return 'unknown'
  }
}

function unasked({ release, root, stable }: OlderRelease): Candidate {
  return { release, root: `${root}`, stable, verified: 'unknown', proven: 'unknown', checks: 'unknown' }
}

function lists(files: readonly ReleaseFile[], sha256: string): boolean {
  return files.some((file) => file.sha256 === sha256)
}
