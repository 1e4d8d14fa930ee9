import type { CID } from 'multiformats/cid'
import type { CallOptions } from '../call-options.ts'
import type { DomainName } from '../domain-name.ts'

/**
 * Hands a signed release that is not on chain yet to whoever may publish it: a publisher in this process, or a workflow
 * elsewhere that runs `publish <domain> --root <cid>`.
 */
export interface PublishRequests {
  /**
   * Says that the root is there to be published. The receiver verifies it by itself; what came of it shows on chain.
   * Submitting the same root again has no further effect.
   */
  submit(domain: DomainName, root: CID, options?: CallOptions): Promise<void>
}
