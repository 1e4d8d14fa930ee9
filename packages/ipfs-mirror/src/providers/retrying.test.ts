import { describe, expect, it } from 'vitest'
import { ReplicaError } from './replica-error.ts'
import { RETRY_POLICY, retrying } from './retrying.ts'

const QUICK = { ...RETRY_POLICY, firstDelayMs: 1 }

/** Work that fails so many times with an error, and counts its calls. */
function failing(times: number, error: unknown) {
  let calls = 0
  const work = async () => {
    calls++
    if (calls <= times) throw error
    return 'done'
  }
  return { work, calls: () => calls }
}

describe('retrying', () => {
  it.each(['RATE_LIMITED', 'REPLICA_RESET', 'REPLICA_FAILED'])(
    'tries again after %s, three times in all',
    async (code) => {
      const passing = failing(2, new ReplicaError(code, 'x'))
      expect(await retrying(passing.work, { policy: QUICK })).toBe('done')
      const lasting = failing(9, new ReplicaError(code, 'x'))
      await expect(retrying(lasting.work, { policy: QUICK })).rejects.toMatchObject({ code })
      expect(lasting.calls()).toBe(3)
    },
  )

  it.each([
    ['what says that it cannot be mended', new ReplicaError('REPLICA_FAILED', 'x', { retryable: false })],
    ['a refused token', new ReplicaError('TOKEN_REJECTED', 'x', { retryable: false })],
    ['a node that is down', new ReplicaError('REPLICA_OFFLINE', 'x')],
    ['a time limit', new ReplicaError('REPLICA_TIMEOUT', 'x')],
    ['a bug', new TypeError('x')],
  ])('does not try again after %s', async (_, error) => {
    const { work, calls } = failing(1, error)
    await expect(retrying(work, { policy: QUICK })).rejects.toBe(error)
    expect(calls()).toBe(1)
  })

  it('waits as long as it is told to and up to a quarter more, and not for one who asks for more than the policy lets it', async () => {
    const waited = failing(1, new ReplicaError('RATE_LIMITED', 'x', { retryAfterMs: 120 }))
    const started = performance.now()
    await retrying(waited.work, { policy: QUICK, random: () => 0 })
    expect(performance.now() - started).toBeGreaterThanOrEqual(110)
    const later = performance.now()
    const drawn = failing(1, new ReplicaError('RATE_LIMITED', 'x', { retryAfterMs: 120 }))
    await retrying(drawn.work, { policy: QUICK, random: () => 0.99 })
    // A timer may be a little early, so both bounds are.
    expect(performance.now() - later).toBeGreaterThanOrEqual(140)
    const asked = failing(1, new ReplicaError('RATE_LIMITED', 'x', { retryAfterMs: QUICK.maxDelayMs + 1 }))
    await expect(retrying(asked.work, { policy: QUICK })).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    expect(asked.calls()).toBe(1)
  })

  it("ends a pause with the caller's reason", async () => {
    const reason = new Error('enough')
    const { work } = failing(1, new ReplicaError('RATE_LIMITED', 'x', { retryAfterMs: 20_000 }))
    const giveUp = new AbortController()
    const done = retrying(work, { signal: giveUp.signal })
    giveUp.abort(reason)
    await expect(done).rejects.toBe(reason)
  })
})
