import { type DomainState, namehash, rootFromHash } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { ChainError } from '../rpc/rpc-error.ts'
import { VerifyError } from './verify-error.ts'

/**
 * Step 2: the state is this name's, something is live, and it is not quarantined. Gives the live root.
 *
 * @throws ChainError `NODE_MISMATCH`; VerifyError `RELEASE_NONE`, `RELEASE_QUARANTINED`
 */
export function checkHead({ domain, node, head }: Pick<DomainState, 'domain' | 'node' | 'head'>): CID {
  if (node !== namehash(domain)) {
    throw new ChainError(
      'NODE_MISMATCH',
      `The registry holds another name under the id of ${domain}; do not trust it.`,
      {
        retryable: false,
      },
    )
  }
  if (head.live === 0) throw new VerifyError('RELEASE_NONE', `${domain} has no release yet.`, { step: 2 })
  if (!head.stable) {
    throw new VerifyError(
      'RELEASE_QUARANTINED',
      `Release ${head.live} of ${domain} is live but quarantined; nothing of it is to be trusted.`,
      { step: 2 },
    )
  }
  return rootFromHash(head.ipfsHash)
}
