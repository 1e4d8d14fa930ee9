import { type DomainName, DomainSyncError, type PublishRequests } from '@domainsync/core'
import type { PublishPlan } from '@domainsync/publisher'
import type { LoadedConfig } from '../config/load-config.ts'
import { type OwnedPublisher, openPublisher } from './open-publisher.ts'

/** Publish requests of this process. Disposing waits for what is under way. */
export type OwnedPublishRequests = PublishRequests & AsyncDisposable

export interface PublishRequestsOptions {
  /** One line for a person. */
  readonly onEvent: (line: string) => void
  /** Interrupts what is under way; `resume` finishes it. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Publishes what the agent found, in this process, with the publisher's key of the configuration. A request is answered once the
 * publisher has verified the release and nothing stands against it; the rest goes on beside the agent. Nothing is opened before.
 */
export function openPublishRequests(
  config: LoadedConfig,
  { onEvent, signal }: PublishRequestsOptions,
): OwnedPublishRequests {
  const running = new Map<string, Promise<void>>()

  async function publish(publisher: OwnedPublisher, plan: PublishPlan): Promise<void> {
    const { domain, release, root } = plan
    try {
      await publisher.publish(plan, { signal })
      onEvent(`${domain}  published: signed release ${release} (${root}) is live.`)
    } catch (error) {
      const what = `signed release ${release} (${root})`
      if (signal?.aborted)
        onEvent(`${domain}  interrupted: publishing ${what}; "domainsync resume ${domain}" finishes it.`)
      else onEvent(`${domain}  could not publish ${what}: ${(error as Error).message}`)
    } finally {
      await publisher[Symbol.asyncDispose]()
    }
  }

  return {
    async submit(domain, root, call = {}) {
      const key = `${domain} ${root}`
      if (running.has(key)) return
      await using stack = new AsyncDisposableStack()
      const publisher = stack.use(await openPublisher(config))
      const plan = await publisher.plan(domain, { root: `${root}`, signal: call.signal })
      if (plan.changes.length === 0) {
        if (plan.root === undefined) return
        throw sameFiles(domain, plan)
      }
      stack.move()
      running.set(
        key,
        publish(publisher, plan).finally(() => running.delete(key)),
      )
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(running.values())
    },
  }
}

function sameFiles(domain: DomainName, { live }: PublishPlan): DomainSyncError {
  const message = `${domain}: it has the files of release ${live}, which is live; that makes no release.`
  return new DomainSyncError('CONTENT_UNCHANGED', message, { state: 'Nothing was published.', retryable: false })
}
