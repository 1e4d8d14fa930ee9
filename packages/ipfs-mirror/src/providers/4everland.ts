import type { Replica } from '@domainsync/core'
import { createPsaReplica } from './psa.ts'
import type { ReadBack } from './read-back.ts'

/** 4EVERLAND's Pinning Service API. */
export const FOUR_EVERLAND_URL = 'https://api.4everland.dev'

export interface FourEverlandReplicaOptions extends Omit<ReadBack, 'rpcUrl'> {
  readonly name: string
  /** Default {@link FOUR_EVERLAND_URL}. */
  readonly url?: string | undefined
  /** The access token of 4EVER Pin. */
  readonly token: string
  readonly failureDomain: string
}

/** 4EVER Pin: a Pinning Service API, so it pulls. */
export function createFourEverlandReplica({
  url = FOUR_EVERLAND_URL,
  token,
  ...options
}: FourEverlandReplicaOptions): Replica & Required<Pick<Replica, 'pull' | 'remove'>> {
  return createPsaReplica({ ...options, url, credentials: { token } })
}
