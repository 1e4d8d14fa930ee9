import type { CID } from 'multiformats/cid'
import { sha256 } from '../car/block-fault.ts'
import type { LogEntry } from './block-log.ts'

/** The log entries that pin or unpin a root: the same twice, so that one flipped bit does not let go of a release. */
export function pinEntries(kind: 'pin' | 'unpin', root: CID): LogEntry[] {
  const entry: LogEntry = { kind, digest: sha256(root.bytes), body: root.bytes }
  return [entry, entry]
}
