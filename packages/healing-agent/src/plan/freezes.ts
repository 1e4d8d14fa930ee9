import { createHash } from 'node:crypto'
import type { Condition, Freeze } from '@domainsync/core'

/** Clean rounds after which an automatic freeze thaws by itself. */
export const CLEAN_ROUNDS_TO_THAW = 3

/** Freezes that block pointer actions now: no person has approved them, and they have not thawed. */
export function activeFreezes(freezes: readonly Freeze[]): Freeze[] {
  return freezes.filter(({ thawSignature }) => thawSignature === undefined)
}

/** The freezes after a pass: automatic ones follow their condition, sticky ones stay until a person approves them. */
export function nextFreezes(
  freezes: readonly Freeze[],
  { domain, conditions, cleanRounds, now }: FreezeInput,
): readonly Freeze[] {
  const noQuorum = conditions.find(({ type }) => type === 'ChainNoQuorum')
  const kept = activeFreezes(freezes).filter(
    ({ kind, cause }) =>
      kind === 'sticky' ||
      (cause === 'ChainNoQuorum' && (noQuorum !== undefined || cleanRounds < CLEAN_ROUNDS_TO_THAW)),
  )
  if (noQuorum === undefined || kept.some(({ cause }) => cause === noQuorum.type)) return kept
  return [...kept, freeze(domain, { cause: noQuorum.type, kind: 'automatic', evidence: noQuorum.evidence, now })]
}

interface FreezeInput {
  readonly domain: string
  readonly conditions: readonly Condition[]
  readonly cleanRounds: number
  readonly now: number
}

/** The sticky freeze of a domain whose repairs were used up; the one there is when one is active already. */
export function exhausted(freezes: readonly Freeze[], { domain, evidence, now }: ExhaustedInput): readonly Freeze[] {
  if (activeFreezes(freezes).some(({ cause }) => cause === 'RepairExhausted')) return freezes
  return [...freezes, freeze(domain, { cause: 'RepairExhausted', kind: 'sticky', evidence, now })]
}

interface ExhaustedInput {
  readonly domain: string
  readonly evidence: string
  readonly now: number
}

function freeze(
  domain: string,
  { cause, kind, evidence, now }: { cause: string; kind: Freeze['kind']; evidence: string; now: number },
): Freeze {
  const evidenceDigest = `0x${createHash('sha256').update(evidence).digest('hex')}`
  return { id: `${domain}/${cause}/${now}`, domain, cause, kind, evidenceDigest, since: now, thawSignature: undefined }
}
