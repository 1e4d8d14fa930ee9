import { type DomainState, rootFromHash } from '@domainsync/core'
import { normalCid } from '../observe/observe-dns.ts'
import type { PointerAction } from '../plan/action.ts'
import { type ActContext, readHead } from './act-context.ts'
import { AgentError } from './agent-error.ts'

/**
 * Sets the DNSLink by compare-and-swap. Head and lease are read again just before: the plan's fence must still hold, and the
 * release still be stable.
 */
export async function swapDns(
  action: Extract<PointerAction, { kind: 'swapDns' }>,
  context: ActContext,
): Promise<string> {
  const { domain, signal, timeoutMs } = context
  const call = { signal, timeoutMs }
  await context.holdLease()
  checkTarget(await readHead(context, call), action, context)
  const { cid } = await domain.dns.driver.read(domain.name, call)
  const found = cid === undefined ? undefined : normalCid(cid)
  if (found === action.next) return 'DNS was right already.'
  if (found !== action.expected) throw conflict(context, found)
  const result = await domain.dns.driver.swap(domain.name, { expected: cid, next: action.next }, call)
  if (result.kind === 'conflict') throw conflict(context, result.found)
  return `TXT ${found ?? 'nothing'} → ${action.next}.`
}

function checkTarget(
  state: DomainState | undefined,
  { next, expectedSeq }: { next: string; expectedSeq: number },
  { domain }: ActContext,
): void {
  if (state?.head.seq !== expectedSeq) {
    const message = `${domain.name} changed on chain (seq ${state?.head.seq ?? 'gone'}, planned at ${expectedSeq}).`
    throw new AgentError('PLAN_STALE', message, { state: 'DNS was left alone.' })
  }
  const entry = state.releases.find(({ ipfsHash }) => `${rootFromHash(ipfsHash)}` === next)
  if (entry?.stable === true && entry.release <= state.head.live) return
  throw new AgentError('NOT_ALLOWED', `${next} is no stable release of ${domain.name} at or below the live one.`, {
    state: 'DNS was left alone.',
  })
}

function conflict({ domain }: ActContext, found: string | undefined): AgentError {
  return new AgentError('DNS_CONFLICT', `DNS of ${domain.name} was changed meanwhile: it says ${found ?? 'nothing'}.`, {
    state: 'DNS was left alone.',
  })
}
