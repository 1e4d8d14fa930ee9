import { type CallOptions, type DomainName, isDiskFull, type NewOperation, type Operation } from '@domainsync/core'
import { type Progress, requireSameChain, runOperation, unanswered } from '@domainsync/journal'
import type { SigningFile } from '@domainsync/pq'
import { droppedPublishes } from './dropped-publishes.ts'
import { explainFailure } from './explain-failure.ts'
import { finishFailureLog, logFailure, logForgottenFailure } from './log-failure.ts'
import { type PlanOptions, type PublishPlan, planPublish } from './plan-publish.ts'
import { type PreparedRelease, preparedRelease } from './prepared-release.ts'
import { PublishError } from './publish-error.ts'
import { openingOf, originOf, type PublishKind, reopeningOf } from './publish-operation.ts'
import { type PublishResult, resultOf } from './publish-result.ts'
import type { PublishedDomain, PublisherPorts } from './publisher-ports.ts'
import { readState } from './read-state.ts'
import { requestSigning } from './request-signing.ts'
import { sayingWhatIsFull } from './saying-what-is-full.ts'
import { type Origin, prepareSteps, publishSteps } from './steps/publish-steps.ts'
import type { OnTransfer } from './transfer-progress.ts'
import { unfinishedOperations } from './unfinished-operations.ts'

export interface PublishOptions extends CallOptions {
  /** Called synchronously at each point of each step. */
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /** How far fetching, writing, sending and reading back are, in bytes; called often. */
  readonly onTransfer?: OnTransfer | undefined
}

export type PublisherPlanOptions = PlanOptions &
  PublishOptions & {
    /** Leave an interrupted publish as it is: nothing outside this machine changes. */
    readonly lookOnly?: boolean | undefined
  }

/** Publishes releases. Everything it does may be killed at any point and run again. */
export interface Publisher {
  /**
   * What publishing a folder, or a release that was signed elsewhere, would do. Finishes an interrupted publish of the domain
   * first.
   */
  plan(domain: string, options: PublisherPlanOptions): Promise<PublishPlan>
  /**
   * Does what was planned, or goes on with it.
   *
   * @throws PublishError `NOTHING_TO_PUBLISH` for a plan without changes
   */
  publish(plan: PublishPlan, options?: PublishOptions): Promise<PublishResult>
  /**
   * Does of what was planned all that moves no pointer, and says which transaction the domain's publisher has to send: a multisig
   * wallet, for one. Doing it again gives the same release.
   *
   * @throws PublishError as `publish`; the reason why readers would refuse the release
   */
  prepare(plan: PublishPlan, options?: PublishOptions): Promise<PreparedRelease>
  /**
   * What the keys of another machine have to sign before a plan can be published; `plan` takes it back with their signatures.
   *
   * @throws PublishError `NOTHING_TO_PUBLISH`; ChainError
   */
  requestSigning(plan: PublishPlan, options?: CallOptions): Promise<SigningFile>
  /** What `resume` would finish. */
  unfinished(domain?: string, options?: CallOptions): Promise<readonly Operation[]>
  /** Finishes every interrupted publish, of one domain or of all. */
  resume(domain?: string, options?: PublishOptions): Promise<readonly PublishResult[]>
}

export function createPublisher(ports: PublisherPorts): Publisher {
  const steps = {
    publish: { sign: publishSteps(ports, 'sign'), fetch: publishSteps(ports, 'fetch') },
    prepare: { sign: prepareSteps('sign'), fetch: prepareSteps('fetch') },
  }
  const { network } = ports
  const { journal, operations, cursors } = ports.store

  const open = (opening: Omit<NewOperation, 'steps'>, origin: Origin) =>
    journal.open({ ...opening, steps: steps[opening.kind as PublishKind][origin].map(({ key }) => key) })

  const onSameChain = (call: CallOptions & { lookOnly?: boolean | undefined }) =>
    requireSameChain({ chain: ports.chain, chainId: network.chainId, cursors, ...call })

  async function run(operation: Operation, options: PublishOptions): Promise<Operation> {
    const domain = domainOf(ports, operation.domain)
    try {
      const state = await readState(ports.chain, domain.name, options)
      const context = { ports, domain, state, onTransfer: options.onTransfer }
      const running = { journal, context, clock: ports.clock, suspends, ...options }
      return await runOperation(operation, steps[operation.kind as PublishKind][originOf(operation)], running)
    } catch (error) {
      const left = (await operations.operation(operation.id)) ?? operation
      if (left.state !== 'running' && left.kind === 'publish') await logFailure(left, { ports, ...options })
      throw explainFailure(unanswered(error) ?? error, left)
    }
  }

  /** Goes on with an operation of the journal, whatever its state. */
  async function finish(operation: Operation, options: PublishOptions): Promise<PublishResult | undefined> {
    if (operation.kind === 'log-failure') {
      await finishFailureLog(operation, { ports, ...options })
      return undefined
    }
    const opening = reopeningOf(operation, network)
    if (operation.state === 'done') await undo(operation)
    const done = await run(await open(opening, originOf(operation)), options)
    return done.kind === 'publish' ? resultOf(done) : undefined
  }

  /** A reorganisation dropped it. Its copies are looked at again before the chain is written. */
  function undo({ id }: Operation): Promise<Operation> {
    return journal.advance(id, { kind: 'undo', step: 'car' })
  }

  /** Tries each of them, so that one domain does not hold up another. */
  async function finishAll(domain: string | undefined, options: PublishOptions): Promise<PublishResult[]> {
    const results: PublishResult[] = []
    const errors: unknown[] = []
    for (const operation of await unfinishedOperations(domain, ports, options)) {
      try {
        const result = await finish(operation, options)
        if (result) results.push(result)
      } catch (error) {
        options.signal?.throwIfAborted()
        errors.push(error)
      }
    }
    for (const name of domain === undefined ? ports.domains.keys() : [domain]) {
      await logForgottenFailure(name, { ports, ...options })
    }
    if (errors.length > 1)
      throw new AggregateError(errors, `${errors.length} interrupted publishes cannot be finished.`)
    if (errors.length === 1) throw errors[0]
    return results
  }

  /**
   * What is interrupted comes first. A publish that can never be finished (overtaken, quarantined) is no reason to refuse other
   * files, but one to say no to "unchanged".
   */
  async function plan(domain: PublishedDomain, options: PublisherPlanOptions): Promise<PublishPlan> {
    await onSameChain(options)
    let finished: readonly PublishResult[] = []
    let abandoned: unknown
    try {
      if (!options.lookOnly) finished = await finishAll(domain.name, options)
    } catch (error) {
      options.signal?.throwIfAborted()
      if ((await journal.running(domain.name)).length > 0) throw error
      abandoned = error
    }
    const planned = await planPublish(domain, { ports, ...options })
    if (abandoned !== undefined && planned.changes.length === 0) throw abandoned
    return { ...planned, finished, abandoned }
  }

  async function openPlanned(kind: PublishKind, plan: PublishPlan): Promise<Operation> {
    if (plan.changes.length === 0) throw nothingToPublish(plan)
    return open(openingOf(plan, { kind, network }), plan.root === undefined ? 'sign' : 'fetch')
  }

  async function publish(plan: PublishPlan, options: PublishOptions): Promise<PublishResult> {
    const opened = await openPlanned('publish', plan)
    if (opened.state !== 'done') return resultOf(await run(opened, options))
    // Planned before somebody else finished it, or before a reorganisation dropped it.
    const dropped = await droppedPublishes(opened.domain as DomainName, ports, options)
    return dropped.some(({ id }) => id === opened.id)
      ? resultOf(await run(await undo(opened), options))
      : resultOf(opened)
  }

  async function prepare(plan: PublishPlan, options: PublishOptions): Promise<PreparedRelease> {
    return preparedRelease(await run(await openPlanned('prepare', plan), options), { ports, ...options })
  }

  return {
    plan: (name, options) => sayingWhatIsFull(async () => plan(domainOf(ports, name), options)),
    publish: (plan, options = {}) => sayingWhatIsFull(() => publish(plan, options)),
    prepare: (plan, options = {}) => sayingWhatIsFull(() => prepare(plan, options)),
    requestSigning: async (plan, options = {}) => {
      if (plan.changes.length === 0) throw nothingToPublish(plan)
      return requestSigning(plan, { ports, ...options })
    },
    unfinished: (domain, options = {}) => unfinishedOperations(domain, ports, options),
    resume: (domain, options = {}) =>
      sayingWhatIsFull(async () => {
        await onSameChain(options)
        return finishAll(domain, options)
      }),
  }
}

/** Nobody can say what is true now, or there is no room to work: the publish waits, and nothing is logged on chain. */
function suspends(error: unknown): boolean {
  return unanswered(error) !== undefined || isDiskFull(error)
}

function nothingToPublish({ domain, live }: PublishPlan): PublishError {
  return new PublishError('NOTHING_TO_PUBLISH', `Release ${live} of ${domain} has these files already.`, {
    next: 'look at the changes of the plan before publishing it',
  })
}

function domainOf({ domains }: PublisherPorts, name: string): PublishedDomain {
  const domain = domains.get(name as DomainName)
  if (domain) return domain
  throw new PublishError('NOT_CONFIGURED', `${name} is not in the configuration.`, { next: 'domainsync config' })
}
