import { type CallOptions, type DomainName, errorCode, type Operation } from '@domainsync/core'
import { type Progress, runOperation } from '@domainsync/journal'
import { finishFailureLog, logFailure } from './log-failure.ts'
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

/** Publishes releases. Everything it does may be killed at any point and run again. */
export interface Publisher {
  /** What publishing a folder would do. Finishes an interrupted publish of the domain first. */
  plan(domain: string, options: PlanOptions & PublishOptions): Promise<PublishPlan>
  /** Does what was planned, or goes on with it. `undefined` when the content is live already. */
  publish(plan: PublishPlan, options?: PublishOptions): Promise<PublishResult | undefined>
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
      const running = await journal.running(operation.domain)
      if (!running.some(({ id }) => id === operation.id)) await logFailure(operation, { ports, ...options })
      throw error
    }
  }

  async function resume(domain: string | undefined, options: PublishOptions): Promise<PublishResult[]> {
    const results: PublishResult[] = []
    for (const operation of await unfinishedOperations(domain, ports)) {
      if (operation.kind === 'log-failure') await finishFailureLog(operation, { ports, ...options })
      else results.push(await run(await open(operation), options))
    }
    return results
  }

  function open({ id, domain, expectedSeq, content }: Pick<Operation, 'id' | 'domain' | 'expectedSeq' | 'content'>) {
    return ports.store.journal.open({ id, kind: 'publish', domain, expectedSeq, content: content!, steps: keys })
  }

  return {
    async plan(name, options) {
      const domain = domainOf(ports, name)
      await resume(domain.name, options)
      return planPublish(domain, { ports, ...options })
    },
    async publish(plan, options = {}) {
      if (plan.changes.length === 0) return undefined
      const id = publishOperationId({ ...ports.network, ...plan })
      const operation = await open({ id, ...plan })
      return run(operation, options)
    },
    resume: (domain, options = {}) => resume(domain, options),
  }
}

/** Nobody can say what is true now: the publish waits, and nothing is logged on chain. */
function suspends(error: unknown): boolean {
  return ['RPC_NO_QUORUM', 'RPC_UNREACHABLE', 'RPC_TIMEOUT', 'DNS_NO_QUORUM'].includes(errorCode(error))
}

function domainOf({ domains }: PublisherPorts, name: string): PublishedDomain {
  const domain = domains.get(name as DomainName)
  if (domain) return domain
  throw new PublishError('NOT_CONFIGURED', `${name} is not in the configuration.`, { next: 'domainsync config' })
}
