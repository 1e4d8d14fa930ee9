import { type CallOptions, type DomainState, LANE_FEED, LANE_PUBLISHING, rootFromHash } from '@domainsync/core'
import { assembleRelease, type ImportProgress, importFolder } from '@domainsync/ipfs-mirror'
import { type SigningFile, signedParts } from '@domainsync/pq'
import type { Candidate } from './candidate.ts'
import { type Change, changesBetween } from './changes.ts'
import { type LiveRelease, liveRelease } from './live-release.ts'
import { type CheckResult, previewChecks } from './preview-checks.ts'
import { PublishError } from './publish-error.ts'
import type { PublishResult } from './publish-result.ts'
import type { PublishedDomain, PublisherPorts } from './publisher-ports.ts'
import { quarantinedContents } from './quarantined-contents.ts'
import { readState } from './read-state.ts'
import { refuseSender, refuseSigners } from './refuse-keys.ts'
import { refuseRedirects } from './refuse-redirects.ts'
import { requireSignedContent } from './require-signed-content.ts'
import { parseRoot, signedCandidate } from './signed-candidate.ts'
import { type SyncCost, syncCost } from './sync-cost.ts'

/** What a publish would do. Nothing outside this machine has changed yet. */
export interface PublishPlan {
  readonly domain: string
  /** CID of the site's files. */
  readonly content: string
  /** Root of the release that was signed elsewhere; absent when this publisher signs it. */
  readonly root?: string
  readonly files: number
  readonly sizeBytes: number
  /** Empty when the content is live already. */
  readonly changes: readonly Change[]
  /** The release that is live now; 0 before the first. */
  readonly live: number
  /** The number that the new release would get. */
  readonly release: number
  readonly expectedSeq: number
  readonly checks: readonly CheckResult[]
  readonly checksSkipped: boolean
  /** What the transaction costs at most; absent when there is nothing to publish, or somebody else pays. */
  readonly cost?: SyncCost
  /** Interrupted publishes of the domain that were finished first. */
  readonly finished: readonly PublishResult[]
  /** Why an interrupted publish of the domain could not be finished and is given up: somebody came first, it was quarantined … */
  readonly abandoned?: unknown
}

export type PlanOptions = CallOptions & {
  readonly skipChecks?: boolean | undefined
  /** Somebody else sends the transaction: no key of the publisher is needed here. */
  readonly unsigned?: boolean | undefined
  readonly onImport?: ((progress: ImportProgress) => void) | undefined
} & (
    | {
        /** Folder of the built site. */
        readonly from: string
        readonly root?: undefined
        /** Both signatures over these very files, made elsewhere. */
        readonly signed?: SigningFile | undefined
        /** They are going to be made elsewhere: no key that signs is needed here. */
        readonly keyless?: boolean | undefined
      }
    | {
        /** Root of a release that was signed elsewhere as the domain's next. */
        readonly root: string
        readonly from?: undefined
        readonly signed?: undefined
        readonly keyless?: undefined
      }
  )

/**
 * Imports the folder, or fetches and verifies the signed release, and asks everything that could stop a publish: content,
 * quarantine, lanes, keys, preview, fee.
 *
 * @throws ImportError; PublishError (see there); TransactorError `KEY_NO_FUNDS`; ChainError `RPC_NO_QUORUM` …
 */
export async function planPublish(
  domain: PublishedDomain,
  { ports, ...options }: PlanOptions & { ports: PublisherPorts },
): Promise<Omit<PublishPlan, 'finished' | 'abandoned'>> {
  const { skipChecks = false, unsigned = false, signal, timeoutMs } = options
  const call = { ports, signal, timeoutMs }
  // What is wrong with chain or keys is said before anything is stored.
  const state = await readState(ports.chain, domain.name, call)
  if (!unsigned) refuseSender(state, ports)
  const live = await liveRelease(state, call)
  const isLive = options.root !== undefined && state.head.stable && isLiveRoot(options.root, state)
  if (isLive && live) return { ...numbersOf(state), ...sizesOf(live), content: live.content, ...NOTHING_TO_DO }

  const candidate = await candidateOf(state, { domain, live, ...options, ...call })
  const plan = {
    ...numbersOf(state),
    ...sizesOf(candidate),
    content: candidate.content,
    ...(candidate.signedRoot && { root: `${candidate.signedRoot}` }),
  }
  if (state.head.stable && live?.content === candidate.content) return { ...plan, ...NOTHING_TO_DO }
  await refuseQuarantined(candidate, { domain, ...call })
  refusePaused(state)
  await refuseRedirects(candidate.directory, { store: ports.blocks, signal })
  const checks = skipChecks ? [] : await preview(candidate, { domain, ...call })
  const cost = unsigned ? undefined : await syncCost(candidate.directory, { state, ...call })
  await ports.blocks.sync()
  const changes = changesBetween(live?.files ?? [], candidate.files)
  return { ...plan, changes, checks, checksSkipped: skipChecks, ...(cost && { cost }) }
}

type Planning = CallOptions & { readonly ports: PublisherPorts; readonly domain: PublishedDomain }

const NOTHING_TO_DO = { changes: [], checks: [], checksSkipped: false } as const

async function candidateOf(
  state: DomainState,
  {
    domain,
    ports,
    live,
    from,
    root,
    signed,
    keyless = false,
    onImport,
    ...call
  }: PlanOptions & Planning & { readonly live: LiveRelease | undefined },
): Promise<Candidate> {
  if (root !== undefined) return signedCandidate(parseRoot(root), { state, ports, ...call })
  if (signed === undefined && !keyless) refuseSigners(state, await ports.keys())
  const options = { store: ports.blocks, cache: ports.importCache(domain.name), signal: call.signal }
  const content = await importFolder(from, { ...options, onProgress: onImport })
  const candidate = { ...content, content: `${content.root}`, directory: content.root }
  if (signed === undefined) return candidate
  requireSignedContent(signed, { from, content: candidate.content })
  // It was published meanwhile: its number is not the next one any more.
  if (state.head.stable && live?.content === candidate.content) return candidate
  const assembled = await assembleRelease(content, signedParts(signed), { store: ports.blocks, ...call })
  return signedCandidate(assembled, { state, ports, ...call })
}

function isLiveRoot(root: string, { head }: DomainState): boolean {
  return head.live > 0 && parseRoot(root).equals(rootFromHash(head.ipfsHash))
}

async function refuseQuarantined({ content }: Candidate, { domain, ...call }: Planning): Promise<void> {
  const condemned = await quarantinedContents(domain.name, call)
  const same = condemned.find((other) => other.content === content)
  if (!same) return
  throw new PublishError(
    'CONTENT_QUARANTINED',
    `${domain.name}: these files are those of release ${same.release}, which is quarantined.`,
    { state: 'Nothing was published.', next: `domainsync history ${domain.name}` },
  )
}

function sizesOf({ files, sizeBytes = 0 }: Pick<LiveRelease, 'files'> & { sizeBytes?: number }) {
  return { files: files.length, sizeBytes }
}

function numbersOf({ domain, head }: DomainState) {
  return { domain, live: head.live, release: head.latest + 1, expectedSeq: head.seq }
}

function refusePaused({ domain, head }: DomainState): void {
  if ((head.paused & (LANE_PUBLISHING | LANE_FEED)) === 0) return
  throw new PublishError('LANE_PAUSED', `Publishing of ${domain} is paused on chain; its owner can unpause it.`)
}

async function preview(
  { directory }: Candidate,
  { domain, ports, ...call }: Planning,
): Promise<readonly CheckResult[]> {
  const options = { store: ports.blocks, domain: domain.name, ...call }
  const results = await previewChecks(directory, domain.checks, options)
  const failed = results.filter(({ ok }) => !ok)
  if (failed.length === 0) return results
  throw new PublishError(
    'CHECKS_FAILED',
    `${domain.name}, preview: ${failed.map(({ detail }) => detail).join('; ')}.`,
    {
      state: 'Nothing was published.',
      next: `mend the site, then: domainsync publish ${domain.name}`,
    },
  )
}
