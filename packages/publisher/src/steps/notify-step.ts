import type { Notification } from '@domainsync/core'
import type { StepDefinition } from '@domainsync/journal'
import type { PublishContext } from '../publish-context.ts'
import { releaseOf } from '../release-receipt.ts'

/** Leaves the news in the outbox, once per notifier; delivery is tried at once and later by the agent. */
export const notifyStep: StepDefinition<PublishContext> = {
  key: 'notify',

  async intent({ operation, receipts }) {
    const { release } = releaseOf({ receipts })
    return {
      key: `publish-${operation.id}`,
      title: `${operation.domain}: release ${release} is live`,
      text: `Root ${operation.root}. Undo: domainsync rollback ${operation.domain}`,
    }
  },

  async effect({ context, operation }, intent) {
    const { key, title, text } = intent as { key: string; title: string; text: string }
    const notification: Notification = { key, severity: 'info', domain: operation.domain, title, text }
    for (const { name } of context.ports.notifiers) await context.ports.store.outbox.enqueue(notification, name)
  },

  observe: async ({ context }) => ({ notifiers: context.ports.notifiers.map(({ name }) => name) }),
}
