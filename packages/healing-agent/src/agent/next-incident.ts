import type { Condition, Incident } from '@domainsync/core'

/** The domain's incident after a pass: opens with the first condition, closes when the last one does. */
export function nextIncident(
  before: Incident | undefined,
  conditions: readonly Condition[],
  { domain, now }: { domain: string; now: number },
): Incident | undefined {
  const open = before !== undefined && before.closedAt === undefined ? before : undefined
  if (conditions.length === 0) return open === undefined ? before : { ...open, closedAt: now }
  if (open !== undefined) return open
  const firstBadAt = Math.min(...conditions.map(({ since }) => since))
  return { id: `${domain}/${firstBadAt}`, domain, firstBadAt, openedAt: now, closedAt: undefined }
}

/** From the first bad to the third good answer, in milliseconds; `undefined` while it is open. */
export function healingMs({ firstBadAt, closedAt }: Incident): number | undefined {
  return closedAt === undefined ? undefined : closedAt - firstBadAt
}
