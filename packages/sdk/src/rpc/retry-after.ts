/** Longest wait that is believed, in milliseconds: one day. */
const MAX_RETRY_AFTER_MS = 86_400_000

/** How long `Retry-After` (seconds or a date: RFC 9110, 10.2.3) says to wait, in milliseconds from `now`; a day at most. */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  const value = headers.get('retry-after')?.trim()
  if (!value) return undefined
  if (/^\d+$/.test(value)) return Math.min(Number(value) * 1_000, MAX_RETRY_AFTER_MS)
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.min(Math.max(0, date - now), MAX_RETRY_AFTER_MS)
}

/** When to try again, for a sentence: `in 7 s`. */
export function waitPhrase(waitMs: number): string {
  return waitMs >= MAX_RETRY_AFTER_MS ? 'in a day or more' : `in ${Math.ceil(waitMs / 1_000)} s`
}
