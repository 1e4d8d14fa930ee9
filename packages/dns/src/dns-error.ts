import { DomainSyncError, type ErrorDetails } from '@domainsync/core'

/**
 * What can go wrong with DNS.
 *
 * No answer, so unknown and never bad: `DNS_TIMEOUT`, `DNS_UNREACHABLE` (refused, reset, no route, no such host),
 * `DNS_SERVER_FAILURE` (an answer that says nothing of the name: SERVFAIL, REFUSED), `DNS_REFERRAL` (another server has
 * to be asked).
 *
 * Writing: `DNS_KEY_REJECTED` (unknown key, wrong secret, clocks apart), `DNS_UPDATE_REFUSED`, `DNS_OUTSIDE_ZONE`,
 * `DNS_ANSWER_UNVERIFIED` (an answer without the server's valid signature).
 *
 * Input: `DNS_NAME_INVALID`, `DNS_MALFORMED`, `DNS_KEY_INVALID`, `DNS_ZONE_INVALID`, `DNS_CID_INVALID`.
 *
 * Serving: `PORT_IN_USE`, `PORT_FORBIDDEN`, `DNS_STATE_CORRUPT`.
 */
export type DnsErrorCode =
  | 'DNS_TIMEOUT'
  | 'DNS_UNREACHABLE'
  | 'DNS_SERVER_FAILURE'
  | 'DNS_REFERRAL'
  | 'DNS_KEY_REJECTED'
  | 'DNS_UPDATE_REFUSED'
  | 'DNS_OUTSIDE_ZONE'
  | 'DNS_ANSWER_UNVERIFIED'
  | 'DNS_NAME_INVALID'
  | 'DNS_MALFORMED'
  | 'DNS_KEY_INVALID'
  | 'DNS_ZONE_INVALID'
  | 'DNS_CID_INVALID'
  | 'PORT_IN_USE'
  | 'PORT_FORBIDDEN'
  | 'DNS_STATE_CORRUPT'

/** Every error of this package; see {@link DnsErrorCode}. */
export class DnsError extends DomainSyncError {
  declare readonly code: DnsErrorCode

  constructor(code: DnsErrorCode, message: string, details: ErrorDetails = {}) {
    super(code, message, details)
  }
}
