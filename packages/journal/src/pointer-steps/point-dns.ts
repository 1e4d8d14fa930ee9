import { type CallOptions, canonicalCid } from '@domainsync/core'
import { JournalError } from '../journal-error.ts'
import type { PointerPlace } from './pointer-place.ts'

/** What DNS names, the same CID always spelt the same; `undefined` for no link. */
export async function readPointer(
  { dns, name }: Pick<PointerPlace, 'dns' | 'name'>,
  call: CallOptions,
): Promise<string | undefined> {
  const { cid } = await dns.read(name, call)
  return cid === undefined ? undefined : (canonicalCid(cid) ?? cid)
}

export interface PointDnsOptions extends CallOptions {
  /** The root to name. */
  readonly next: string
  /** Whether what stands there may be replaced; anything may by default. */
  readonly mayReplace?: (found: string | undefined) => boolean
}

/**
 * Points DNS to a root by compare-and-swap; gives what it named before, and nothing is written when that is the root already.
 *
 * @throws JournalError `DNS_CONFLICT` when something else stands there than may be replaced, or somebody wrote meanwhile
 */
export async function pointDns(
  { dns, name }: Pick<PointerPlace, 'dns' | 'name'>,
  { next, mayReplace = () => true, ...call }: PointDnsOptions,
): Promise<string | undefined> {
  const { cid } = await dns.read(name, call)
  const found = cid === undefined ? undefined : (canonicalCid(cid) ?? cid)
  if (found === next) return found
  if (!mayReplace(found)) throw conflict(name, found)
  const result = await dns.swap(name, { expected: cid, next }, call)
  if (result.kind === 'conflict') throw conflict(name, result.found)
  return found
}

function conflict(name: string, found: string | undefined): JournalError {
  return new JournalError('DNS_CONFLICT', `DNS of ${name} was changed meanwhile: it says ${found ?? 'nothing'}.`, {
    state: 'DNS was left alone.',
    next: `domainsync status ${name}`,
  })
}
