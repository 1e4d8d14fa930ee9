import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { getPage } from './get-page.ts'
import { noAnswer } from './no-answer.ts'

/** A server that accepts connections and never says anything. */
async function silentServer() {
  const server = createServer(() => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return { port, close: () => server.close() }
}

const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => expect.fail('it answered'),
    (error: unknown) => error,
  )

describe('noAnswer', () => {
  it('tells a refused connection from a silent server', async () => {
    const server = await silentServer()
    const silent = await failureOf(getPage(`http://127.0.0.1:${server.port}/`, { timeoutMs: 100 }))
    server.close()
    const refused = await failureOf(getPage(`http://127.0.0.1:${server.port}/`))
    expect([noAnswer(silent), noAnswer(refused)]).toEqual(['silent', 'refused'])
  })

  it.each([
    ['REPLICA_TIMEOUT', 'silent'],
    ['REPLICA_RESET', 'silent'],
    ['DNS_TIMEOUT', 'silent'],
    ['REPLICA_OFFLINE', 'refused'],
    ['DNS_UNREACHABLE', 'refused'],
    ['TOKEN_REJECTED', 'failed'],
    ['REPLICA_FAILED', 'failed'],
  ])('reads the code %s as %s', (code, kind) => {
    expect(noAnswer(Object.assign(new Error('x'), { code }))).toBe(kind)
  })

  it('looks through causes and aggregates, also circular ones', () => {
    const deep = Object.assign(new Error('x'), { code: 'ECONNREFUSED' })
    expect(noAnswer(new Error('a', { cause: new AggregateError([deep]) }))).toBe('refused')
    const circle = new Error('c')
    circle.cause = circle
    expect(noAnswer(circle)).toBe('failed')
    expect(noAnswer('text')).toBe('failed')
  })
})
