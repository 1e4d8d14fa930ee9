import { DomainSyncError } from '@domainsync/core'

/**
 * What a mirror of somebody else's releases refuses: `QUOTA_RELEASE`, `QUOTA_DOMAIN`, `QUOTA_TOTAL` (there is more of it than was
 * allowed), `FOLLOW_RECORD_MALFORMED`, `FOLLOW_OTHER_REGISTRY` (the folder mirrors another one), `FOLLOW_NOT_REGISTERED` (so that
 * nothing is let go of for it), `FOLLOW_SLICE_OVER` (it takes long, and others wait).
 */
export class FollowError extends DomainSyncError {}
