import { canonicalCid, type DnsDriver, type DomainName, type Observation } from '@domainsync/core'
import { sentence } from './no-answer.ts'
import { type ObserveContext, observed, type Seen } from './observe-context.ts'
import { probeName } from './probe-name.ts'

/** Value of the observation when no DNSLink is set. */
export const NO_LINK = 'none'

/** What the name should say. */
export interface DnsWanted {
  /** Roots that are right: the wanted release's and the live one's. Empty while that cannot be told. */
  readonly right: readonly string[]
  /** Roots that were right a moment ago and may still stand there. */
  readonly lawful: readonly string[]
  /** What is known of a root that is neither, when it is a signed release on its way to the chain. */
  readonly update: (value: string) => Promise<UpdateStanding | undefined>
}

/** Whether DNS may name a release before the chain does. */
export interface UpdateStanding {
  readonly waits: boolean
  /** One sentence. */
  readonly evidence: string
}

/** Compares the authoritative record with what is wanted. No answer is unknown. */
export async function observeDns(
  driver: DnsDriver,
  name: DomainName,
  { right, lawful, update, ...context }: ObserveContext & DnsWanted,
): Promise<Observation> {
  const { signal, timeoutMs } = context
  const seen = async (): Promise<Seen> => {
    try {
      const { cid } = await driver.read(name, { signal, timeoutMs })
      return await judge(cid === undefined ? NO_LINK : normalCid(cid), { right, lawful, update })
    } catch (error) {
      signal.throwIfAborted()
      return { status: 'unknown', value: '?', evidence: `${driver.name} gave no answer: ${sentence(error)}` }
    }
  }
  return observed(context, probeName('dns'), await seen())
}

/** The same CID however it is written; what is no CID stays as it is. */
export function normalCid(text: string): string {
  return canonicalCid(text) ?? text
}

async function judge(value: string, { right, lawful, update }: DnsWanted): Promise<Seen> {
  if (right.includes(value)) return { status: 'good', value, evidence: 'The TXT record names the wanted release.' }
  if (lawful.includes(value)) {
    return { status: 'unknown', value, evidence: `TXT ${value} was right a moment ago; it may still be on its way.` }
  }
  if (right.length === 0)
    return { status: 'unknown', value, evidence: 'It cannot be told yet which release is wanted.' }
  const standing = await update(value)
  if (standing !== undefined) {
    return { status: standing.waits ? 'unknown' : 'bad', value, evidence: standing.evidence }
  }
  const evidence = value === NO_LINK ? 'The TXT record is gone.' : `TXT ${value} is not the wanted release.`
  return { status: 'bad', value, evidence }
}
