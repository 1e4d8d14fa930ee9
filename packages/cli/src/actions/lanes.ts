import { type DomainState, DomainSyncError, LANE_HEALING, LANE_PUBLISHING } from '@domainsync/core'

/** What can be paused apart. */
const LANES = { publishing: LANE_PUBLISHING, healing: LANE_HEALING } as const
export type LaneName = keyof typeof LANES
const LANE_NAMES = Object.keys(LANES) as LaneName[]

/** The lanes that a command names; both when it names none. @throws DomainSyncError `LANE_UNKNOWN` */
export function parseLanes(names: readonly string[]): readonly LaneName[] {
  for (const name of names) {
    if (!Object.hasOwn(LANES, name)) {
      throw new DomainSyncError(
        'LANE_UNKNOWN',
        `"${name}" is no lane; write publishing or healing, or nothing for both.`,
        {
          state: 'Nothing was sent.',
          retryable: false,
        },
      )
    }
  }
  return LANE_NAMES.filter((lane) => names.length === 0 || names.includes(lane))
}

/** Those of the lanes that are paused now. */
export function pausedLanes({ head }: DomainState): readonly LaneName[] {
  return LANE_NAMES.filter((lane) => (head.paused & LANES[lane]) !== 0)
}

/** Their bits. */
export function laneBits(lanes: readonly LaneName[]): number {
  return lanes.reduce((bits, lane) => bits | LANES[lane], 0)
}
