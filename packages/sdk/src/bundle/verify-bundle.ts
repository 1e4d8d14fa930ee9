import {
  type Address,
  type Bytes32,
  type CallOptions,
  type DomainName,
  parseDomainName,
  utcTime,
} from '@domainsync/core'
import type { MlDsaVerify } from '@domainsync/pq'
import { CarError } from '../car/car-error.ts'
import { parseRegistry } from '../chain/parse-registry.ts'
import { notRegistered } from '../client/verify-domain.ts'
import { openChainProof, parseChainProof } from '../proof/chain-proof.ts'
import { ProofError } from '../proof/proof-error.ts'
import { type Check, failed, passed } from '../verify/check.ts'
import { checkHead } from '../verify/check-head.ts'
import { type Findings, reportOn, type VerificationReport } from '../verify/verification-report.ts'
import { VerifyError } from '../verify/verify-error.ts'
import { verifyRoot } from '../verify/verify-root.ts'
import { openBundle } from './open-bundle.ts'
import type { SavedFile } from './saved-file.ts'

/** What the reader knows; nothing of it is taken from the bundle. */
export interface VerifyBundleOptions extends CallOptions {
  readonly domain: string
  readonly chainId: number
  readonly registry: string
  /**
   * Hash of the block that the bundle was saved at, from a source that the reader trusts. Without it the report is not `ok`: it
   * has `BLOCK_CLAIMED`, and all other checks say what they would if that block is one of the chain's.
   */
  readonly blockHash?: string | undefined
  /** The native backend of `@domainsync/pq/node`, where it can be had; noble's by default. */
  readonly verifyMlDsa?: MlDsaVerify | undefined
  /** The release key that the reader pinned: see `ClientOptions.pinnedKeys`. */
  readonly pinnedKey?: Bytes32 | undefined
}

/**
 * Steps 1 to 6 for a saved bundle, without any network. What the site serves now (step 7) nobody can know from it, nor whether a
 * newer release is live: the report is of the block's time. Rejects only when it is aborted, or for arguments that cannot be.
 *
 * @throws DomainSyncError for a name, an address or a hash that is none
 */
export async function verifyBundle(file: SavedFile, options: VerifyBundleOptions): Promise<VerificationReport> {
  const subject = {
    domain: parseDomainName(options.domain),
    chainId: options.chainId,
    registry: parseRegistry(options.registry),
  }
  const blockHash = options.blockHash === undefined ? undefined : parseHash(options.blockHash)
  return reportOn(subject.domain, options, (findings) => runSteps(file, { ...options, subject, blockHash, findings }))
}

interface Run extends Omit<VerifyBundleOptions, 'blockHash'> {
  readonly subject: { readonly domain: DomainName; readonly chainId: number; readonly registry: Address }
  readonly blockHash: Bytes32 | undefined
  readonly findings: Findings
}

async function runSteps(file: SavedFile, { subject, blockHash, findings, ...options }: Run): Promise<void> {
  const { checks } = findings
  const { domain } = subject
  const call = { signal: options.signal, timeoutMs: options.timeoutMs }
  findings.step = 3
  const bundle = await openBundle(file, call)

  findings.step = 1
  const { block, state } = openChainProof(parseChainProof(bundle.proof), subject)
  checks.push(checkBlock(block, { blockHash, chainId: subject.chainId }))

  findings.step = 2
  if (state === undefined) throw notRegistered(domain)
  findings.state = state
  const root = checkHead(state)
  if (!root.equals(bundle.root)) {
    throw new CarError('CAR_ROOT_MISMATCH', `The bundle holds ${bundle.root}; live at that block was ${root}.`, {
      retryable: false,
    })
  }
  findings.root = root
  checks.push(passed(2, domain, `Release ${state.head.live} was live and stable; its root is ${root}.`))

  findings.step = 3
  checks.push(passed(3, 'bundle', `All ${bundle.blocks} blocks of the release are there, and no others.`))
  const onCheck = (check: Check) => checks.push(check)
  const { chainId, registry } = subject
  const { verifyMlDsa, pinnedKey } = options
  const { source } = bundle
  try {
    await verifyRoot({ ...call, state, source, chainId, registry, verifyMlDsa, pinnedKey, onCheck })
  } catch (error) {
    // Nobody else has the bundle's bytes: what is wrong with them now stays so.
    throw error instanceof VerifyError && error.code === 'ROOT_UNAVAILABLE' ? error.cause : error
  }
  await bundle.verifyRest(call)
}

/** @throws ProofError `PROOF_BLOCK_MISMATCH` */
function checkBlock(
  { number, hash, timestamp }: { number: number; hash: Bytes32; timestamp: number },
  { blockHash, chainId }: { blockHash: Bytes32 | undefined; chainId: number },
): Check {
  const what = `block ${number} ${hash} of ${utcTime(timestamp * 1000)}`
  if (blockHash === undefined) {
    const detail = `Only the bundle says that ${what} is one of chain ${chainId}: compare its hash with a source that you trust.`
    return failed(1, 'block', { code: 'BLOCK_CLAIMED', detail })
  }
  if (blockHash !== hash) {
    throw new ProofError('PROOF_BLOCK_MISMATCH', `The bundle is of ${what}, not of ${blockHash}.`)
  }
  return passed(1, 'block', `The registry's state is proven at ${what}, the one you named.`)
}

function parseHash(text: string): Bytes32 {
  const hash = text.toLowerCase()
  if (/^0x[0-9a-f]{64}$/.test(hash)) return hash as Bytes32
  throw new ProofError('BLOCK_HASH_INVALID', `"${text}" is no hash of a block: 0x and 64 hex digits.`)
}
