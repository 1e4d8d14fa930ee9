import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Notification, Notifier } from '@domainsync/core'
import { openSqliteStore, type Store } from '@domainsync/journal'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createConsoleNotifier, createJsonLinesNotifier } from './lines.ts'
import { deliver, enqueue } from './message-route.ts'
import { createWebhookNotifier } from './webhook.ts'

const signal = new AbortController().signal
const message: Notification = {
  key: 'bbbhhai.com/NodeOffline/ö/1',
  severity: 'critical',
  domain: 'bbbhhai.com',
  title: 'bbbhhai.com: NodeOffline (node-1)',
  text: 'node-1 does not answer.',
}

async function receiver(status: number) {
  const received: { headers: IncomingHttpHeaders; body: string }[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    received.push({ headers: request.headers, body })
    response.writeHead(status).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return { received, url: `http://127.0.0.1:${port}/hook?token=secret`, close: () => server.close() }
}

describe('the webhook', () => {
  it('posts the message as JSON under its key', async () => {
    const server = await receiver(204)
    await createWebhookNotifier({ name: 'team', url: server.url }).send(message)
    server.close()
    expect(JSON.parse(server.received[0]!.body)).toEqual(message)
    expect(decodeURIComponent(String(server.received[0]!.headers['idempotency-key']))).toBe(message.key)
  })

  it('says what was answered, never the token in the URL', async () => {
    const server = await receiver(500)
    const notifier = createWebhookNotifier({ name: 'team', url: server.url })
    const refused = await notifier.send(message).catch((error: unknown) => error)
    server.close()
    const gone = await notifier.send(message).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'WEBHOOK_REFUSED' })
    expect(gone).toMatchObject({ code: 'WEBHOOK_UNREACHABLE' })
    const { inspect } = await import('node:util')
    expect(inspect([refused, gone], { depth: 10 })).not.toContain('secret')
  })
})

it('writes one line of JSON a message, or one for a person', async () => {
  let out = ''
  const sink = { write: (text: string) => (out += text) }
  await createJsonLinesNotifier(sink, { now: () => 0 }).send(message)
  expect(JSON.parse(out)).toEqual({ time: '1970-01-01T00:00:00.000Z', ...message })
  out = ''
  await createConsoleNotifier(sink, { now: () => Date.UTC(2026, 0, 1, 3, 2, 11) }).send(message)
  expect(out).toBe('03:02:11Z CRITICAL bbbhhai.com: NodeOffline (node-1)  node-1 does not answer.\n')
})

describe('the outbox', () => {
  let folder: string
  let store: Store
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'outbox-'))
    store = await openSqliteStore(join(folder, 'store.db'))
  })
  afterEach(async () => {
    await store.close()
    await rm(folder, { recursive: true })
  })

  function collector(name: string): Notifier & { sent: string[]; down: boolean } {
    const notifier = {
      name,
      sent: [] as string[],
      down: false,
      send: async ({ key }: Notification) => {
        if (notifier.down) throw new Error('down')
        notifier.sent.push(key)
      },
    }
    return notifier
  }

  it('gives each notifier what is severe enough for it, once per key', async () => {
    const team = collector('team')
    const phone = collector('phone')
    const routes = [
      { notifier: team, minSeverity: 'info' as const },
      { notifier: phone, minSeverity: 'critical' as const },
    ]
    for (const key of ['a', 'a', 'b']) await enqueue({ ...message, key }, store.outbox, routes)
    await enqueue({ ...message, key: 'c', severity: 'warning' }, store.outbox, routes)
    expect(await deliver(store.outbox, routes, { signal })).toEqual([])
    expect(await deliver(store.outbox, routes, { signal })).toEqual([])
    expect([team.sent, phone.sent]).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b'],
    ])
  })

  it('keeps what one notifier refuses, and gives the others theirs', async () => {
    const team = collector('team')
    const phone = collector('phone')
    phone.down = true
    const routes = [phone, team].map((notifier) => ({ notifier, minSeverity: 'info' as const }))
    await enqueue(message, store.outbox, routes)
    expect(await deliver(store.outbox, routes, { signal })).toMatchObject([{ notifier: 'phone' }])
    expect(team.sent).toHaveLength(1)
    phone.down = false
    expect(await deliver(store.outbox, routes, { signal })).toEqual([])
    expect([team.sent.length, phone.sent.length]).toEqual([1, 1])
  })
})
