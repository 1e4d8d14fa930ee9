import { type DomainName, type Observation, type PendingTrust, utcTime } from '@domainsync/core'
import { type ObserveContext, observed, type Seen } from './observe-context.ts'
import { probeName } from './probe-name.ts'

export interface ObserveTrustOptions extends ObserveContext {
  readonly name: DomainName
  readonly pending: PendingTrust | undefined
}

/** Whether somebody is about to change who owns the domain and who signs for it. A veto that nobody knows of is none. */
export function observeTrust({ name, pending, ...context }: ObserveTrustOptions): Observation {
  return observed(context, probeName('trust'), seen(name, pending))
}

function seen(name: DomainName, pending: PendingTrust | undefined): Seen {
  if (pending === undefined) return { status: 'good', value: 'none', evidence: 'No change of trust waits.' }
  const { reclaim, notBefore, trustHash } = pending
  const from = utcTime(notBefore * 1_000)
  const evidence = reclaim
    ? `Registrars reclaim the name for another owner, who gets it from ${from} on. Still there? domainsync reclaim object ${name}`
    : `Another owner, guardian, signer or release key is proposed, possible from ${from} on. Not yours? domainsync trust cancel ${name}`
  return { status: 'bad', value: trustHash, evidence }
}
