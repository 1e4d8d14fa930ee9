import type { ReleaseFile } from '@domainsync/core'
import type { CID } from 'multiformats/cid'

/** A site that may be published; all of its blocks are in the publisher's own store. */
export interface Candidate {
  /** CID of the site's files. */
  readonly content: string
  /** The directory to look at: the site's own, or the signed release. */
  readonly directory: CID
  /** Root of the release that was signed elsewhere; absent while nobody signed it. */
  readonly signedRoot?: CID
  /** The site's files, without DomainSync's own. */
  readonly files: readonly ReleaseFile[]
  readonly sizeBytes: number
}
