import { type DomainState, rootFromHash } from '@domainsync/core'
import { pointDns } from '@domainsync/journal'
import type { PointerAction } from '../plan/action.ts'
import { type ActContext, readHead } from './act-context.ts'
import { AgentError } from './agent-error.ts'

/**
 * Sets the DNSLink by compare-and-swap. Head and lease are read again just before: the plan's fence must still hold, and the
 * release still be stable.
 *
 * @throws AgentError `PLAN_STALE`, `NOT_ALLOWED`; JournalError `DNS_CONFLICT`
 */
export async function swapDns(
  { next, expected, expectedSeq }: Extract<PointerAction, { kind: 'swapDns' }>,
  context: ActContext,
): Promise<string> {
  const { domain, signal, timeoutMs } = context
  const call = { signal, timeoutMs }
  await context.holdLease()
  checkTarget(await readHead(context, call), { next, expectedSeq }, context)
  const place = { name: domain.name, dns: domain.dns.driver }
  const found = await pointDns(place, { next, mayReplace: (stands) => stands === expected, ...call })
  if (found !== next) return `TXT ${found ?? 'nothing'} → ${next}.`
  throw new AgentError('PLAN_STALE', `DNS of ${domain.name} names ${next} already.`, { state: 'DNS was left alone.' })
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
