import {
  type CallOptions,
  type DomainState,
  hashFromRoot,
  LANE_FEED,
  LANE_PUBLISHING,
  type ReleaseFile,
  rootFromHash,
} from '@domainsync/core'
import { type Content, contentOfRelease, type ImportProgress, importFolder } from '@domainsync/ipfs-mirror'
import { type Change, changesBetween } from './changes.ts'
import { isNoAnswer } from './no-answer.ts'
import { type CheckResult, previewChecks } from './preview-checks.ts'
import { PublishError } from './publish-error.ts'
import type { PublishResult } from './publish-result.ts'
import type { PublishedDomain, PublisherPorts } from './publisher-ports.ts'
import { quarantinedContents } from './quarantined-contents.ts'
import { readManifest } from './read-manifest.ts'
import { readState } from './read-state.ts'
import { refuseRedirects } from './refuse-redirects.ts'
import { encodeSync } from './steps/sync-step.ts'

/** What a publish would do. Nothing outside this machine has changed yet. */
export interface PublishPlan {
  readonly domain: string
  /** CID of the site's files. */
  readonly content: string
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
  /** What the transaction costs at most; absent when there is nothing to publish. */
  readonly cost?: { readonly gas: bigint; readonly maxCostWei: bigint }
  /** Interrupted publishes of the domain that were finished first. */
  readonly finished: readonly PublishResult[]
}

export interface PlanOptions extends CallOptions {
  /** Folder of the built site. */
  readonly from: string
  readonly skipChecks?: boolean | undefined
  readonly onImport?: ((progress: ImportProgress) => void) | undefined
}

/**
 * Imports the folder and asks everything that could stop a publish: content, quarantine, lanes, key, preview, fee.
 *
 * @throws ImportError; PublishError `NOT_REGISTERED`, `CONTENT_QUARANTINED`, `QUARANTINE_UNKNOWN`, `LIVE_UNKNOWN`,
 * `LANE_PAUSED`, `NOT_AUTHORIZED`, `KEY_MISMATCH`, `CHECKS_FAILED`, `COST_OVER_BUDGET`; TransactorError `KEY_NO_FUNDS`;
 * ChainError `RPC_NO_QUORUM` …
 */
export async function planPublish(
  domain: PublishedDomain,
  { ports, ...options }: PlanOptions & { ports: PublisherPorts },
): Promise<Omit<PublishPlan, 'finished'>> {
  // What is wrong with chain or keys is said before anything is stored.
  const state = await readState(ports.chain, domain.name, options)
  refuseKeys(state, ports)
  const content = await importFolder(options.from, {
    store: ports.blocks,
    cache: ports.importCache(domain.name),
    signal: options.signal,
    onProgress: options.onImport,
  })
  const live = await liveRelease(state, { ports, ...options })
  const plan = { ...sizesOf(content), domain: domain.name, ...numbersOf(state) }
  if (state.head.stable && live?.content === plan.content)
    return { ...plan, changes: [], checks: [], checksSkipped: false }
  await refuseQuarantined(content, { domain, ports, ...options })
  refusePaused(state)
  await refuseRedirects(content, { store: ports.blocks, ...options })
  const checks = options.skipChecks ? [] : await preview(content, { domain, ports, ...options })
  const cost = await costOf(content, { state, ports, ...options })
  await ports.blocks.sync()
  const changes = changesBetween(live?.files ?? [], content.files)
  return { ...plan, changes, checks, checksSkipped: options.skipChecks === true, cost }
}

type Planning = CallOptions & { readonly ports: PublisherPorts; readonly domain: PublishedDomain }

async function refuseQuarantined(content: Content, { domain, ...call }: Planning): Promise<void> {
  const condemned = await quarantinedContents(domain.name, call)
  const same = condemned.find((other) => other.content === content.root.toString())
  if (!same) return
  throw new PublishError(
    'CONTENT_QUARANTINED',
    `${domain.name}: these files are those of release ${same.release}, which is quarantined.`,
    { state: 'Nothing was published.', next: `domainsync history ${domain.name}` },
  )
}

/** What is live: its content from its own directories, its list as its manifest has it. Unreadable for good is as good as none. */
async function liveRelease(
  { domain, head }: DomainState,
  { ports, ...call }: Omit<Planning, 'domain'>,
): Promise<{ content: string; files: readonly ReleaseFile[] } | undefined> {
  if (head.live === 0) return undefined
  const root = rootFromHash(head.ipfsHash)
  try {
    const content = `${await contentOfRelease(root, ports.reader, call)}`
    return { content, files: (await readManifest(root, ports.reader, call))?.files ?? [] }
  } catch (cause) {
    call.signal?.throwIfAborted()
    if (!isNoAnswer(cause)) return undefined
    throw new PublishError('LIVE_UNKNOWN', `Release ${head.live} of ${domain}, which is live, cannot be read now.`, {
      cause,
      next: `domainsync status ${domain}`,
      retryable: true,
    })
  }
}

function sizesOf({ root, files, sizeBytes }: Content) {
  return { content: root.toString(), files: files.length, sizeBytes }
}

function numbersOf({ head }: DomainState) {
  return { live: head.live, release: head.latest + 1, expectedSeq: head.seq }
}

function refusePaused({ domain, head }: DomainState): void {
  if ((head.paused & (LANE_PUBLISHING | LANE_FEED)) === 0) return
  throw new PublishError('LANE_PAUSED', `Publishing of ${domain} is paused on chain; its owner can unpause it.`)
}

/** The keys here must be those that the next release verifies under: one signed by others would be refused by every reader. */
function refuseKeys(state: DomainState, { keys, transactor }: PublisherPorts): void {
  if (transactor.address !== state.publisher) {
    throw new PublishError(
      'NOT_AUTHORIZED',
      `The publisher of ${state.domain} is ${state.publisher}; the key here is ${transactor.address}.`,
    )
  }
  const signer = keys.signer.address.toLowerCase()
  const pqKeyHash = `0x${keys.release.keyId}`
  const wrong =
    signer !== state.nextTrust.signer
      ? ['signer', state.nextTrust.signer, signer]
      : ['release key', state.nextTrust.pqKeyHash, pqKeyHash]
  if (wrong[1] === wrong[2]) return
  throw new PublishError(
    'KEY_MISMATCH',
    `The ${wrong[0]} of ${state.domain} is ${wrong[1]} on chain; the key here is ${wrong[2]}.`,
  )
}

async function preview(content: Content, { domain, ports, ...call }: Planning): Promise<readonly CheckResult[]> {
  const results = await previewChecks(content.root, domain.checks, {
    store: ports.blocks,
    domain: domain.name,
    ...call,
  })
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

/** The digest of the content stands in for the root's, which is not signed yet: zero bytes of calldata cost less. */
async function costOf(
  content: Content,
  { state, ports, ...call }: CallOptions & { state: DomainState; ports: PublisherPorts },
): Promise<NonNullable<PublishPlan['cost']>> {
  const { network, transactor } = ports
  const data = encodeSync({ domain: state.id, ipfsHash: hashFromRoot(content.root), expectedSeq: state.head.seq })
  const { gas, gasLimit, maxCostWei } = await transactor.estimate({ to: network.registry, data }, call)
  if (network.budget) {
    const usd = (Number(maxCostWei) * (Number(gas) / Number(gasLimit)) * network.budget.ethUsd) / 1e18
    if (usd > network.budget.maxUsd) {
      throw new PublishError(
        'COST_OVER_BUDGET',
        `A sync of ${state.domain} would cost $${usd.toFixed(3)} now; the limit is $${network.budget.maxUsd}.`,
        { state: 'Nothing was published.', next: `domainsync publish ${state.domain}`, retryable: true },
      )
    }
  }
  return { gas, maxCostWei }
}
