import type { ReleaseStatement } from '@domainsync/core'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'

/** What the account's text says about a release. */
export type ReleaseName = Pick<ReleaseStatement, 'domain' | 'release' | 'chainId'>

/** The text that the `signer` account signs: readable on a hardware wallet, and it binds the whole encoding. */
export function releaseText({ domain, release, chainId }: ReleaseName, encoding: Uint8Array): string {
  return `DomainSync release ${release} of ${domain} on chain ${chainId}: sha256 ${bytesToHex(sha256(encoding))}`
}
