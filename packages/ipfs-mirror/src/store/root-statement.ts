import { CID } from 'multiformats/cid'
import { sha256 } from '../car/block-fault.ts'
import type { LogEntry } from './block-log.ts'

/** What a log says of a root: it is kept, let go, or kept until a time (milliseconds since 1970). */
export type RootStatement =
  | { readonly kind: 'pin' | 'unpin'; readonly root: CID }
  | { readonly kind: 'lease'; readonly root: CID; readonly until: number }

const UNTIL_BYTES = 8

/** The record body of a statement: the binary CID, with the time before it in a lease's. */
export function encodeStatement(statement: RootStatement): Uint8Array {
  const { kind, root } = statement
  if (kind !== 'lease') return root.bytes
  const body = Buffer.alloc(UNTIL_BYTES + root.bytes.length)
  body.writeDoubleLE(statement.until)
  body.set(root.bytes, UNTIL_BYTES)
  return body
}

/** Reads a statement; the body is copied. */
export function decodeStatement(kind: RootStatement['kind'], body: Uint8Array): RootStatement {
  const bytes = Buffer.from(body)
  if (kind !== 'lease') return { kind, root: CID.decode(bytes) }
  return { kind, until: bytes.readDoubleLE(), root: CID.decode(bytes.subarray(UNTIL_BYTES)) }
}

/** The log entries of a statement: a pin's twice, so that one flipped bit does not let go of a release. */
export function statementEntries(statement: RootStatement): LogEntry[] {
  const body = encodeStatement(statement)
  const entry: LogEntry = { kind: statement.kind, digest: sha256(body), body }
  return statement.kind === 'lease' ? [entry] : [entry, entry]
}
