/** What systems, SQLite and DomainSync say of a disk, a quota or a file that can hold no more. */
const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'DISK_FULL'])

/** True when no room is what an error comes from, however deep it lies: a cause, one of several, hidden by a failing close. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ('code' in error && FULL.has(String(error.code))) return true
  const inner = [error.cause]
  if (error instanceof AggregateError) inner.push(...error.errors)
  // A SuppressedError, which not every runtime has.
  if ('suppressed' in error) inner.push(error.suppressed)
  if ('error' in error) inner.push(error.error)
  return inner.some(isDiskFull)
}
