import { DomainSyncError } from '@domainsync/core'

/**
 * Why an action was not done: `PLAN_STALE` (the domain changed since it was planned), `LEASE_LOST` (another agent has the
 * domain), `NOT_ALLOWED` (the registry's state forbids it now), `NO_SURVIVOR` (no replica gives the release),
 * `REPLICA_UNKNOWN`, `REDEPLOY_FAILED`, `NO_HEALER_KEY`, `PUBLISH_RUNNING` (a publish is being written on chain),
 * `TARGET_UNPROVEN` and `TARGET_UNVERIFIABLE` (a release that may not be gone back to now).
 */
export class AgentError extends DomainSyncError {}
