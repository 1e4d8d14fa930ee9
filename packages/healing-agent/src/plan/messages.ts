import type { Condition, Severity } from '@domainsync/core'
import type { MessageAction } from './action.ts'
import type { ActionRecord } from './action-record.ts'
import { DAY_MS, type PlanSettings } from './plan-settings.ts'

/** Identifies one opening of one condition in keys of messages. */
export function conditionKey(condition: Condition): string {
  return `${aboutKey(condition)}${condition.since}`
}

/** What every opening of the condition has in common. */
function aboutKey({ domain, type, subject }: Condition): string {
  return `${domain}/${type}/${subject}/`
}

/** The first word about a condition, and again when it becomes more severe; not each time when it comes and goes. */
export function opened(condition: Condition, { records, settings, now }: MessageLimits): MessageAction | undefined {
  const { domain, type, subject, severity, evidence } = condition
  const about = subject === '' ? type : `${type} (${subject})`
  const key = `${conditionKey(condition)}/${severity}`
  const isRecent = ({ kind, subject: sent, at }: ActionRecord) =>
    kind === 'notify' &&
    sent.startsWith(aboutKey(condition)) &&
    sent.endsWith(`/${severity}`) &&
    at > now - settings.repeatPageMs
  if (records.some(isRecent)) return undefined
  return unsent({ kind: 'notify', key, severity, title: `${domain}: ${about}`, text: evidence }, records)
}

/** Something that a person should know, once a day. */
export function warningMessage(
  domain: string,
  { code, message }: { code: string; message: string },
  records: readonly ActionRecord[],
) {
  const key = `${domain}/warning/${code}`
  return unsent({ kind: 'notify', key, severity: 'critical', title: `${domain}: ${code}`, text: message }, records)
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
  const isRecent = ({ kind, subject: sent, at }: ActionRecord) =>
    kind === 'page' && sent.startsWith(aboutKey(condition)) && at > now - settings.repeatPageMs
  if (records.some(isRecent)) return undefined
  const about = subject === '' ? type : `${type} (${subject})`
  const text = `${evidence} The agent stopped: ${reason}. Run: domainsync status ${domain}`
  return repeated(
    prefix,
    { severity: 'critical', title: `${domain}: ${about} needs a person`, text },
    { records, settings, now },
  )
}

/** A person must approve before pointers move again. */
export function pageFrozen(domain: string, cause: string, input: MessageLimits): MessageAction | undefined {
  const text = `No pointer moves until a person acts. Run: domainsync approve ${domain}`
  return repeated(
    `${domain}/frozen/${cause}/`,
    { severity: 'critical', title: `${domain}: frozen, ${cause}`, text },
    input,
  )
}

interface MessageLimits {
  readonly records: readonly ActionRecord[]
  readonly settings: PlanSettings
  readonly now: number
}

interface PageInput extends MessageLimits {
  readonly reason: string
}

function repeated(
  prefix: string,
  message: { severity: Severity; title: string; text: string },
  { records, settings, now }: MessageLimits,
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
