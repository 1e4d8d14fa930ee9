import { encodeReleaseStatement, RELEASE_PAYLOAD_TYPE, type ReleaseStatement } from '@domainsync/core'
import type { HybridDocument } from './hybrid-document.ts'
import { type ReleaseName, releaseText } from './release-text.ts'

/** What a release's envelope is, but for its payload. */
export function releaseEnvelope(name: ReleaseName): Omit<HybridDocument, 'payload'> {
  return {
    name: 'release',
    payloadType: RELEASE_PAYLOAD_TYPE,
    text: (encoding) => releaseText(name, encoding),
  }
}

/** A release's statement, ready to be signed by both keys. */
export function releaseDocument(statement: ReleaseStatement): HybridDocument {
  return { ...releaseEnvelope(statement), payload: encodeReleaseStatement(statement) }
}
