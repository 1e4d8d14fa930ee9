import type { Observation } from '@domainsync/core'
import { type ObserveContext, observed } from './observe-context.ts'
import { probeName } from './probe-name.ts'

/** One copy as the latest probes saw it. */
export interface Copy {
  readonly name: string
  readonly failureDomain: string
  readonly copy: 'stored' | 'missing' | 'unknown'
  readonly spare: boolean
}

/** Copies that count now, and whether they are enough. */
export interface CopyCount {
  readonly stored: number
  readonly failureDomains: number
  readonly enough: 'yes' | 'no' | 'unknown'
}

/** `no` only when too few would be left even if every unknown copy were there. */
export function countCopies(
  copies: readonly Copy[],
  { need, minFailureDomains }: { need: number; minFailureDomains: number },
): CopyCount {
  const stored = copies.filter(({ copy }) => copy === 'stored')
  const possible = copies.filter(({ copy, spare }) => copy === 'stored' || (copy === 'unknown' && !spare))
  const domains = (some: readonly Copy[]) => new Set(some.map(({ failureDomain }) => failureDomain)).size
  const suffices = (some: readonly Copy[]) => some.length >= need && domains(some) >= Math.min(need, minFailureDomains)
  const enough = suffices(stored) ? 'yes' : suffices(possible) ? 'unknown' : 'no'
  return { stored: stored.length, failureDomains: domains(stored), enough }
}

/** The copies of the live release together. */
export function observeContent(
  copies: readonly Copy[],
  { need, minFailureDomains, ...context }: ObserveContext & { need: number; minFailureDomains: number },
): Observation {
  const count = countCopies(copies, { need, minFailureDomains })
  const value = `${count.stored}/${copies.filter(({ spare, copy }) => !spare || copy === 'stored').length}`
  const status = ({ yes: 'good', no: 'bad', unknown: 'unknown' } as const)[count.enough]
  const where = count.failureDomains === 1 ? '1 failure domain' : `${count.failureDomains} failure domains`
  const evidence = `${count.stored === 1 ? '1 copy' : `${count.stored} copies`} in ${where}; ${need} ${need === 1 ? 'is' : 'are'} needed.`
  return observed(context, probeName('content'), { status, value, evidence })
}
