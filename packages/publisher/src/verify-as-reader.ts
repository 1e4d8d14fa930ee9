import type { BlockSource, CallOptions, DomainState } from '@domainsync/core'
import { VerifyError, type VerifyRootInput, verifyManifest, verifyRoot } from '@domainsync/sdk'
import type { CID } from 'multiformats/cid'
import { PublishError } from './publish-error.ts'
import type { PublisherPorts } from './publisher-ports.ts'

/** A root that is to become the domain's next release. */
export interface NextRelease extends CallOptions {
  readonly root: CID
  readonly state: DomainState
  readonly source: BlockSource
}

/**
 * Signatures and statement of a root, as every reader will check them once it is the domain's next release.
 *
 * @throws PublishError with the reason as its code (`PQ_SIGNATURE_INVALID`, `SIGNER_MISMATCH`, `RELEASE_MISSING`, …), or
 * `ROOT_UNAVAILABLE`
 */
export async function verifySignatures(next: NextRelease, ports: PublisherPorts): Promise<void> {
  await refusing(next, () => verifyManifest(inputOf(next, ports)))
}

/**
 * All that a reader checks of a root: signatures, statement, and that the signed list is the directory, file by file.
 *
 * @throws PublishError as {@link verifySignatures}, and `FILES_MISMATCH`
 */
export async function verifyAsReader(next: NextRelease, ports: PublisherPorts): Promise<void> {
  await refusing(next, () => verifyRoot(inputOf(next, ports)))
}

function inputOf({ root, state, ...rest }: NextRelease, { network, verifyMlDsa }: PublisherPorts): VerifyRootInput {
  return { ...network, ...rest, state, root, release: state.head.latest + 1, trust: state.nextTrust, verifyMlDsa }
}

async function refusing({ state, signal }: NextRelease, verify: () => Promise<unknown>): Promise<void> {
  try {
    await verify()
  } catch (cause) {
    signal?.throwIfAborted()
    if (!(cause instanceof VerifyError)) throw cause
    const isUnavailable = cause.code === 'ROOT_UNAVAILABLE'
    const message = `Readers would refuse this as release ${state.head.latest + 1} of ${state.domain}: ${cause.message}`
    throw new PublishError(isUnavailable ? cause.code : cause.reason, isUnavailable ? cause.message : message, {
      cause,
      retryable: isUnavailable,
    })
  }
}
