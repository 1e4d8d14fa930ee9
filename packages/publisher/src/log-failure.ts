import { createHash } from 'node:crypto'
import { IDomainSyncRegistry__factory } from '@domainsync/bindings'
import { type CallOptions, domainId, hashFromRoot, type Operation, parseDomainName } from '@domainsync/core'
import { type Progress, runOperation, type StepDefinition, transactionStep } from '@domainsync/journal'
import { CID } from 'multiformats/cid'
import type { PublisherPorts } from './publisher-ports.ts'

/** Failures that are logged for one domain and day at most: a broken pipeline must not spend the key. */
export const MAX_FAILURE_LOGS_PER_DAY = 3

const DAY_MS = 86_400_000
/** One try: the failure itself is already the news. */
const RETRY = { attempts: 1, firstDelayMs: 0, maxDelayMs: 0 }
const WINDOW_MS = 20_000

const registry = IDomainSyncRegistry__factory.createInterface()

export interface LogOptions extends CallOptions {
  readonly ports: PublisherPorts
  readonly onProgress?: ((progress: Progress) => void) | undefined
}

/**
 * Logs a failed publish on chain, once per operation: `DomainSync(…, success = false)` wakes the agent. An error here is
 * not thrown: the failed publish has one of its own.
 */
export async function logFailure(failed: Operation, { ports, ...options }: LogOptions): Promise<void> {
  try {
    if (await isCapped(failed.domain, ports)) return
    const opened = await ports.store.journal.open({
      id: logIdOf(failed),
      kind: 'log-failure',
      domain: failed.domain,
      expectedSeq: failed.expectedSeq,
      root: failed.root ?? failed.content!,
      steps: ['log-failure'],
    })
    await finishFailureLog(opened, { ports, ...options })
  } catch {
    // Another operation runs, or the caller aborts: the publish's own error says what happened.
  }
}

/** Logs the failure of a domain's newest publish when a kill came between the two. */
export async function logForgottenFailure(domain: string, options: LogOptions): Promise<void> {
  const { store, clock } = options.ports
  const recent = await store.operations.operations({ domain, limit: 20 })
  const newest = recent.find(({ kind }) => kind === 'publish')
  if (newest?.state !== 'failed' || newest.updatedAt < clock.now() - DAY_MS) return
  if ((await store.operations.operation(logIdOf(newest))) === undefined) await logFailure(newest, options)
}

/** Runs the logging to its end, from wherever it was; one that cannot be done is given up, unless the caller aborts. */
export async function finishFailureLog(operation: Operation, { ports, signal, onProgress }: LogOptions): Promise<void> {
  const { journal } = ports.store
  try {
    await runOperation(operation, [logStep(ports)], {
      journal,
      context: undefined,
      clock: ports.clock,
      signal,
      onProgress,
    })
  } catch {
    signal?.throwIfAborted()
    // What could not be logged stays in the journal as failed; the publish's own error says what happened.
  }
}

function logIdOf({ id }: Operation): string {
  return createHash('sha256').update(`log-failure ${id}`).digest('hex').slice(0, 32)
}

function logStep(ports: PublisherPorts): StepDefinition<undefined> {
  return transactionStep({
    key: 'log-failure',
    chainId: ports.network.chainId,
    transactor: ports.transactor,
    transactions: ports.store.transactions,
    retry: RETRY,
    windowMs: WINDOW_MS,
    request: async ({ operation, signal }) => {
      const to = ports.network.registry
      const id = domainId(parseDomainName(operation.domain))
      const hash = hashFromRoot(CID.parse(operation.root!))
      const data = registry.encodeFunctionData('logFailure', [id, hash]) as `0x${string}`
      const { gasLimit } = await ports.transactor.estimate({ to, data }, { signal })
      return { to, data, gasLimit }
    },
  })
}

async function isCapped(domain: string, { store, clock }: PublisherPorts): Promise<boolean> {
  const recent = await store.operations.operations({ domain, limit: 100 })
  const since = clock.now() - DAY_MS
  const logged = recent.filter(({ kind, openedAt }) => kind === 'log-failure' && openedAt > since)
  return logged.length >= MAX_FAILURE_LOGS_PER_DAY
}
