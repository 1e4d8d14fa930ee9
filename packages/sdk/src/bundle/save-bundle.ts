import { type BlockSource, type CallOptions, rawCidFromSha256 } from '@domainsync/core'
import { sha256 } from '../blocks/sha256.ts'
import { type CarBlock, carBytes } from '../car/car-bytes.ts'
import type { RpcEndpoint } from '../chain/rpc-endpoint.ts'
import { encodeChainProof, type ProofSubject } from '../proof/chain-proof.ts'
import { readChainProof } from '../proof/read-chain-proof.ts'
import { walkBlocks } from '../unixfs/walk-blocks.ts'
import type { VerificationReport } from '../verify/verification-report.ts'
import { VerifyError } from '../verify/verify-error.ts'

export interface SaveBundleOptions extends CallOptions {
  readonly subject: ProofSubject
  readonly source: BlockSource
  readonly rpcUrls: readonly RpcEndpoint[]
  readonly fetch?: typeof globalThis.fetch | undefined
}

/**
 * What was verified as one CARv1 with two roots, the release's and the chain proof's. The proof comes first, so that a reader
 * need not read a large release to see that it is of the wrong block.
 *
 * @throws VerifyError `NOT_VERIFIED`; ProofError `PROOF_UNAVAILABLE`; BlockError, DagError
 */
export async function* saveBundle(
  { ok, domain, root, block }: VerificationReport,
  { subject, source, rpcUrls, fetch, ...call }: SaveBundleOptions,
): AsyncIterable<Uint8Array> {
  if (!ok || root === undefined || block === undefined) {
    throw new VerifyError('NOT_VERIFIED', `${domain} was not verified, so there is nothing to save.`, { step: 3 })
  }
  const bytes = encodeChainProof(await readChainProof(subject, { ...call, at: block, rpcUrls, fetch }))
  const cid = rawCidFromSha256(await sha256(bytes))
  yield* carBytes([root, cid], blocks())

  async function* blocks(): AsyncIterable<CarBlock> {
    yield { cid, bytes }
    yield* walkBlocks(root!, source, call)
  }
}
