import { LANE_HEALING, LANE_PUBLISHING } from '@domainsync/core'
import { actionWords, type ConditionReport, type DomainReport, type LadderPosition } from '@domainsync/healing-agent'
import { describeAction } from './describe-action.ts'
import { shortDuration } from './short.ts'

/** What a freeze's cause means. */
const FREEZE_CAUSES: Readonly<Record<string, string>> = {
  RepairExhausted: 'the repairs that the agent may do by itself are used up',
  ChainNoQuorum: 'the RPC operators do not agree, or do not answer',
}

/** A line for each thing of a domain that is not as it should be, with what comes next or what a person can do; none when all is well. */
export function findingLines(report: DomainReport, now: number): string[] {
  const { domain, error, warnings, conditions } = report
  const lines = [
    ...(error ? [`${error.code}: ${error.message}`] : []),
    ...warnings.map(({ code, message }) => `WARNING ${code}: ${message}`),
    ...conditions.map((condition) => conditionLine(condition, now)),
    ...freezeLines(report, now),
    ...limitLines(report),
    ...releaseLines(report),
    ...answerLines(report),
    ...operationLines(report),
    ...keeperLines(report, now),
  ]
  // An indented line is a command that belongs to the line before it.
  return lines.map((line) => (line.startsWith(' ') ? line : `${domain}  ${line}`))
}

function conditionLine({ type, subject, since, evidence, ladders }: ConditionReport, now: number): string {
  const about = subject === '' ? type : `${type} ${subject}`
  const next = [...new Set(ladders.map((position) => nextStep(position, now)))].join(' ')
  return `${about} for ${shortDuration(Math.max(0, now - since))}: ${sentence(evidence)} ${next}`.trimEnd()
}

function nextStep(position: LadderPosition, now: number): string {
  switch (position.kind) {
    case 'act': {
      const { attempt, tries, action } = position
      const count = attempt > tries ? 'again' : `${attempt} of ${tries}`
      return `Next: ${describeAction(action)} (${count}).`
    }
    case 'wait': {
      const inMs = shortDuration(Math.max(0, position.until - now))
      return position.next === 'page'
        ? `Waiting ${inMs} whether the last repair helped.`
        : `Next: ${actionWords(position.next)}, in ${inMs}.`
    }
    case 'blocked':
      return `Blocked: ${sentence(position.reason)}`
    case 'end':
      return `A person must act: ${sentence(position.reason)}`
  }
}

function freezeLines({ domain, freezes }: DomainReport, now: number): string[] {
  return freezes.flatMap(({ cause, kind, since }) => {
    const why = FREEZE_CAUSES[cause] ?? cause
    const frozen = `frozen for ${shortDuration(Math.max(0, now - since))} (${cause}): ${why}. Chain and DNS stay as they are`
    if (kind === 'automatic') return [`${frozen} until that has ended for 3 rounds.`]
    return [`${frozen} until a person approves; copies are still repaired.`, `   domainsync approve ${domain}`]
  })
}

function limitLines({ limits: { repairs, rollbacks }, freezes }: DomainReport): string[] {
  const isFull = ({ used, of }: { used: number; of: number }) => of > 0 && used >= of
  const isFrozen = freezes.some(({ cause }) => cause === 'RepairExhausted')
  return [
    ...(isFull(repairs) && !isFrozen
      ? [`all ${repairs.of} repairs of this hour are used; one more freezes the domain.`]
      : []),
    ...(isFull(rollbacks)
      ? [
          `the agent went back ${rollbacks.used} times in 24 hours, the most it may: a person can, with "domainsync rollback".`,
        ]
      : []),
  ]
}

function releaseLines({ domain, release, error, quorum, chain, conditions }: DomainReport): string[] {
  if (!quorum && error === null && chain !== '' && conditions.every(({ type }) => type !== 'ChainNoQuorum')) {
    return [`what the registry says is unknown: ${sentence(chain)}`]
  }
  if (release === null) {
    return quorum && error === null ? ['nothing is published yet.', `   domainsync publish ${domain}`] : []
  }
  return [
    ...(release.stable
      ? []
      : [
          `release ${release.live} is live and quarantined: every reader and node refuses it. Go back, or have the owner reinstate it:`,
          `   domainsync rollback ${domain}`,
          `   domainsync reinstate ${domain} ${release.live}`,
        ]),
    ...((release.paused & LANE_PUBLISHING) === 0 ? [] : ['publishing is paused on chain until the owner unpauses it.']),
    ...((release.paused & LANE_HEALING) === 0
      ? []
      : ['healing is paused on chain: the agent moves neither chain nor DNS until the owner unpauses it.']),
  ]
}

/** What is not known, and why. */
function answerLines({ release, served, pages, dns, replicas, conditions }: DomainReport): string[] {
  if (release === null) return []
  const unclear = pages.find(({ probe, status }) => probe === 'served' && status !== 'good')
  const isFound = (name: string) => conditions.some(({ subject }) => subject === name)
  const copies = replicas.list.filter(({ name, copy, spare }) => copy !== 'stored' && !spare && !isFound(name))
  const { match, of, list } = dns.resolvers
  const others = list.filter(({ answer }) => answer !== dns.wanted)
  const why = unclear === undefined ? '' : `: ${unclear.evidence}`
  return [
    ...(served === 'checking' ? [`what readers get is being checked${sentence(why)}`] : []),
    ...(served === 'unknown' && conditions.length === 0 ? [`what readers get is unknown${sentence(why)}`] : []),
    ...(dns.status === 'update' ? [`DNS update: ${sentence(dns.evidence)}`] : []),
    ...(dns.status === 'checking' ? [`DNS is being checked: ${sentence(dns.evidence)}`] : []),
    ...(dns.status === 'unknown' ? [`DNS is unknown: ${sentence(dns.evidence)}`] : []),
    ...copies.map(({ name, copy, evidence }) => `the copy of ${name} is ${copy}: ${sentence(evidence)}`),
    ...(dns.status === 'match' && match < of
      ? [
          `${match} of ${of} resolvers show it; ${others.map(({ name, answer }) => `${name}: ${answer ?? 'nothing'}`).join(', ')}.`,
        ]
      : []),
  ]
}

function operationLines({ domain, running, keeper }: DomainReport): string[] {
  if (running === null) return []
  const { kind, step } = running
  if (step === 'hold') return ['publishes wait until the copies are back.']
  const at = step === null ? '' : ` at step "${step}"`
  if (kind === 'publish' || kind === 'prepare' || kind === 'log-failure') {
    return [`a publish is${at}; if none is running any more, finish it:`, `   domainsync resume ${domain}`]
  }
  const what = kind === 'heal' ? 'a repair' : kind === 'keep' ? 'keeping the release' : 'a rollback'
  if (keeper !== null) return [`${what} is${at}.`]
  return [`${what} was interrupted${at}:`, `   domainsync heal ${domain}`]
}

/** Who repairs it; said only when there is something to repair. */
function keeperLines({ domain, conditions, freezes, keeper, error }: DomainReport, now: number): string[] {
  const isFrozen = freezes.some(({ kind }) => kind === 'sticky')
  const hasRepair = conditions.some(({ ladders }) => ladders.some(({ kind }) => kind === 'act' || kind === 'wait'))
  if (conditions.length === 0 || error !== null) return []
  if (keeper === null && (isFrozen || !hasRepair)) return []
  if (keeper === null) return ['no agent runs here. To repair it once:', `   domainsync heal ${domain}`]
  if (keeper.until > now) return []
  const who = keeper.pid === null ? 'its agent' : `its agent (process ${keeper.pid} on ${keeper.host})`
  return [`${who} should have been heard of ${shortDuration(now - keeper.until)} ago.`]
}

function sentence(text: string): string {
  return text === '' || /[.!?]$/.test(text) ? text : `${text}.`
}
