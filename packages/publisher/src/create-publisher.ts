import type { CallOptions, DomainName, Operation } from '@domainsync/core'
import { type Progress, runOperation, unanswered } from '@domainsync/journal'
import { explainFailure } from './explain-failure.ts'
import { finishFailureLog, logFailure, logForgottenFailure } from './log-failure.ts'
import { publishOperationId } from './operation-id.ts'
import { type PlanOptions, type PublishPlan, planPublish } from './plan-publish.ts'
import { PublishError } from './publish-error.ts'
import { type PublishResult, resultOf } from './publish-result.ts'
import type { PublishedDomain, PublisherPorts } from './publisher-ports.ts'
import { readState } from './read-state.ts'
import { publishSteps } from './steps/publish-steps.ts'
import { unfinishedOperations } from './unfinished-operations.ts'

export interface PublishOptions extends CallOptions {
  /** Called synchronously at each point of each step. */
  readonly onProgress?: ((progress: Progress) => void) | undefined
}

export interface PublisherPlanOptions extends PlanOptions, PublishOptions {
  /** Leave an interrupted publish as it is: nothing outside this machine changes. */
  readonly lookOnly?: boolean | undefined
}

/** Publishes releases. Everything it does may be killed at any point and run again. */
export interface Publisher {
  /** What publishing a folder would do. Finishes an interrupted publish of the domain first. */
  plan(domain: string, options: PublisherPlanOptions): Promise<PublishPlan>
  /** Does what was planned, or goes on with it. `undefined` when the content is live already. */
  publish(plan: PublishPlan, options?: PublishOptions): Promise<PublishResult | undefined>
  /** What `resume` would finish. */
  unfinished(domain?: string): Promise<readonly Operation[]>
  /** Finishes every interrupted publish, of one domain or of all. */
  resume(domain?: string, options?: PublishOptions): Promise<readonly PublishResult[]>
}

export function createPublisher(ports: PublisherPorts): Publisher {
  const steps = publishSteps(ports)
  const keys = steps.map(({ key }) => key)

  async function run(operation: Operation, options: PublishOptions): Promise<PublishResult> {
    const domain = domainOf(ports, operation.domain)
    const { journal } = ports.store
    try {
      const state = await readState(ports.chain, domain.name, options)
      const context = { ports, domain, state }
      return resultOf(
        await runOperation(operation, steps, { journal, context, clock: ports.clock, suspends, ...options }),
      )
    } catch (error) {
      const left = (await ports.store.operations.operation(operation.id)) ?? operation
      if (left.state !== 'running') await logFailure(left, { ports, ...options })
      throw explainFailure(unanswered(error) ?? error, left)
    }
  }

  /** Tries each of them, so that one domain does not hold up another. */
  async function resume(domain: string | undefined, options: PublishOptions): Promise<PublishResult[]> {
    const results: PublishResult[] = []
    const errors: unknown[] = []
    for (const operation of await unfinishedOperations(domain, ports)) {
      try {
        refuseOtherNetwork(operation, ports)
        if (operation.kind === 'log-failure') await finishFailureLog(operation, { ports, ...options })
        else results.push(await run(await open(operation), options))
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
    let finished: readonly PublishResult[] = []
    let unfinished: { readonly error: unknown } | undefined
    try {
      if (!options.lookOnly) finished = await resume(domain.name, options)
    } catch (error) {
      options.signal?.throwIfAborted()
      if ((await ports.store.journal.running(domain.name)).length > 0) throw error
      unfinished = { error }
    }
    const planned = await planPublish(domain, { ports, ...options })
    if (unfinished && planned.changes.length === 0) throw unfinished.error
    return { ...planned, finished }
  }

  function open({ id, domain, expectedSeq, content }: Pick<Operation, 'id' | 'domain' | 'expectedSeq' | 'content'>) {
    return ports.store.journal.open({ id, kind: 'publish', domain, expectedSeq, content: content!, steps: keys })
  }

  return {
    plan: async (name, options) => plan(domainOf(ports, name), options),
    async publish(plan, options = {}) {
      if (plan.changes.length === 0) return undefined
      const id = publishOperationId({ ...ports.network, ...plan })
      const operation = await open({ id, ...plan })
      if (operation.state === 'done') throw chainChanged(plan)
      return run(operation, options)
    },
    unfinished: (domain) => unfinishedOperations(domain, ports),
    resume: (domain, options = {}) => resume(domain, options),
  }
}

/** An operation belongs to one registry on one chain: its envelope names them, and its transaction is for them. */
function refuseOtherNetwork({ id, kind, domain, expectedSeq, content }: Operation, { network }: PublisherPorts): void {
  if (kind !== 'publish' || content === undefined) return
  if (id === publishOperationId({ ...network, domain, expectedSeq, content })) return
  throw new PublishError(
    'OTHER_NETWORK',
    `The interrupted publish of ${domain} (run ${id}) belongs to another chain or registry than the configuration names.`,
    { next: 'domainsync config' },
  )
}

/** The registry's fence only rises: a publish that is done and can be planned again was undone with its chain. */
function chainChanged({ domain, release }: PublishPlan): PublishError {
  return new PublishError(
    'CHAIN_CHANGED',
    `The journal has release ${release} of ${domain} as published with these files, but the chain no longer shows it: it was wiped or went back.`,
    { next: 'use another state folder for another chain, or wait until the chain shows it again' },
  )
}

/** Nobody can say what is true now: the publish waits, and nothing is logged on chain. */
function suspends(error: unknown): boolean {
  return unanswered(error) !== undefined
}

function domainOf({ domains }: PublisherPorts, name: string): PublishedDomain {
  const domain = domains.get(name as DomainName)
  if (domain) return domain
  throw new PublishError('NOT_CONFIGURED', `${name} is not in the configuration.`, { next: 'domainsync config' })
}
