import type { Condition, Severity } from '@domainsync/core'
import type { MessageAction } from './action.ts'
import type { ActionRecord } from './action-record.ts'
import { DAY_MS, type PlanSettings } from './plan-settings.ts'

/** Identifies one opening of one condition in keys of messages. */
export function conditionKey({ domain, type, subject, since }: Condition): string {
  return `${domain}/${type}/${subject}/${since}`
}

/** The first word about a condition, and again when it becomes more severe. */
export function opened(condition: Condition, records: readonly ActionRecord[]): MessageAction | undefined {
  const { domain, type, subject, severity, evidence } = condition
  const about = subject === '' ? type : `${type} (${subject})`
  const key = `${conditionKey(condition)}/${severity}`
  return unsent({ kind: 'notify', key, severity, title: `${domain}: ${about}`, text: evidence }, records)
}

/** Redeployment in progress: the level that is fixed as info. */
export function redeploying(condition: Condition, tries: number, records: readonly ActionRecord[]) {
  const key = `${conditionKey(condition)}/redeploy/${tries}`
  const title = `${condition.domain}: redeployment in progress`
  const text = `The live release is uploaded again to the own nodes. ${condition.evidence}`
  return unsent({ kind: 'notify', key, severity: 'info', title, text }, records)
}

/** A signed release that DNS names before the chain does. */
export function updateFound(
  domain: string,
  { root, release }: { root: string; release: number },
  records: readonly ActionRecord[],
) {
  const title = `${domain}: DNS names signed release ${release}`
  const text = 'It is not on chain yet: it is copied and handed to the publisher. After 10 minutes it counts as drift.'
  return unsent({ kind: 'notify', key: `${domain}/update/${root}`, severity: 'info', title, text }, records)
}

/** Wakes a person, repeated at growing distances while nobody mends it. */
export function page(condition: Condition, { reason, records, settings, now }: PageInput): MessageAction | undefined {
  const { domain, type, subject, evidence } = condition
  // Operators that disagree for a minute mend themselves; a person is woken when the condition has become critical.
  if (type === 'ChainNoQuorum' && condition.severity !== 'critical') return undefined
  const prefix = `${conditionKey(condition)}/page/`
  const about = subject === '' ? type : `${type} (${subject})`
  const text = `${evidence} The agent stopped: ${reason}. Run: domainsync status ${domain}`
  return repeated(
    prefix,
    { severity: 'critical', title: `${domain}: ${about} needs a person`, text },
    { records, settings, now },
  )
}

/** A person must approve before pointers move again. */
export function pageFrozen(domain: string, cause: string, input: Omit<PageInput, 'reason'>): MessageAction | undefined {
  const text = `No pointer moves until a person acts. Run: domainsync approve ${domain}`
  return repeated(
    `${domain}/frozen/${cause}/`,
    { severity: 'critical', title: `${domain}: frozen, ${cause}`, text },
    input,
  )
}

interface PageInput {
  readonly reason: string
  readonly records: readonly ActionRecord[]
  readonly settings: PlanSettings
  readonly now: number
}

function repeated(
  prefix: string,
  message: { severity: Severity; title: string; text: string },
  { records, settings, now }: Omit<PageInput, 'reason'>,
): MessageAction | undefined {
  const sent = records.filter(({ kind, subject }) => kind === 'page' && subject.startsWith(prefix))
  const lastAt = Math.max(Number.NEGATIVE_INFINITY, ...sent.map(({ at }) => at))
  const distance = sent.length === 0 ? 0 : Math.min(settings.repeatPageMs * 2 ** (sent.length - 1), DAY_MS / 2)
  if (lastAt + distance > now) return undefined
  return { kind: 'page', key: `${prefix}${sent.length + 1}`, ...message }
}

function unsent(message: MessageAction, records: readonly ActionRecord[]): MessageAction | undefined {
  return records.some(({ kind, subject }) => kind === message.kind && subject === message.key) ? undefined : message
}
