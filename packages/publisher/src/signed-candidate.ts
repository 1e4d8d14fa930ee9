import {
  type CallOptions,
  type DomainState,
  DomainSyncError,
  errorCode,
  hashFromRoot,
  isOwnFile,
  type ReleaseStatement,
} from '@domainsync/core'
import { contentOfRelease, fetchDag } from '@domainsync/ipfs-mirror'
import { CID } from 'multiformats/cid'
import type { Candidate } from './candidate.ts'
import { PublishError } from './publish-error.ts'
import type { PublisherNetwork, PublisherPorts } from './publisher-ports.ts'
import { readManifest } from './read-manifest.ts'
import { verifyAsReader, verifySignatures } from './verify-as-reader.ts'

/**
 * The root of a release, from what somebody typed or sent.
 *
 * @throws PublishError `ROOT_CID_INVALID`
 */
export function parseRoot(text: string): CID {
  try {
    const root = CID.parse(text).toV1()
    hashFromRoot(root)
    return root
  } catch {
    // The parser's own words are about encodings.
    const message = `"${text}" is not the root of a release; give a CID like "bafybei…".`
    throw new PublishError('ROOT_CID_INVALID', message)
  }
}

/**
 * A release that was signed elsewhere for the domain's next number, fetched whole and verified in full. Its signatures come
 * first: nothing else of a stranger's root is read.
 *
 * @throws PublishError `ROOT_UNAVAILABLE`, `RELEASE_MISSING`, `RELEASE_OTHER_DOMAIN`, `RELEASE_OTHER_CHAIN`,
 * `RELEASE_OTHER_REGISTRY`, `RELEASE_NOT_NEXT`, `CONTENT_MISMATCH`, and those of `verifyAsReader`
 */
export async function signedCandidate(
  root: CID,
  { state, ports, ...call }: CallOptions & { state: DomainState; ports: PublisherPorts },
): Promise<Candidate> {
  const { reader, blocks, network } = ports
  // What it claims, so that a refusal can say what is wrong; it is believed only after the signatures.
  if ((await available(root, () => reader.get(root, call), call)) === undefined)
    throw unavailable(root, 'nobody has it')
  const claimed = await available(root, () => readManifest(root, reader, call), call)
  if (claimed === undefined) throw notARelease(root, 'it has no manifest.')
  refuseOther(claimed, { root, state, network })
  await verifySignatures({ root, state, source: reader, ...call }, ports)

  const sizeBytes = await available(root, () => fetchDag(root, { source: reader, store: blocks, ...call }), call)
  await verifyAsReader({ root, state, source: blocks, ...call }, ports)
  const content = `${await contentOfRelease(root, blocks, call)}`
  if (content !== claimed.content) {
    const message = `The release says that its files are ${claimed.content}; they are ${content}.`
    throw new PublishError('CONTENT_MISMATCH', message)
  }
  const files = claimed.files.filter((file) => !isOwnFile(file))
  return { content, directory: root, signedRoot: root, files, sizeBytes }
}

async function available<T>(root: CID, read: () => Promise<T>, { signal }: CallOptions): Promise<T> {
  try {
    return await read()
  } catch (cause) {
    signal?.throwIfAborted()
    // An answer, though a wrong one: trying again cannot help.
    if (cause instanceof DomainSyncError && !cause.retryable) throw notARelease(root, cause.message, cause)
    throw unavailable(root, errorCode(cause), cause)
  }
}

function unavailable(root: CID, why: string, cause?: unknown): PublishError {
  return new PublishError('ROOT_UNAVAILABLE', `Not all of ${root} could be fetched: ${why}.`, {
    cause,
    retryable: true,
  })
}

function notARelease(root: CID, why: string, cause?: unknown): PublishError {
  return new PublishError('RELEASE_MISSING', `${root} is not a signed release: ${why}`, { cause })
}

/** Said apart, because a signature over another number or domain would only look wrong. */
function refuseOther(
  claimed: ReleaseStatement,
  { root, state, network }: { root: CID; state: DomainState; network: PublisherNetwork },
): void {
  const { domain, release, chainId, registry } = claimed
  const next = state.head.latest + 1
  const refuse = (code: string, is: string, wanted: string) => {
    throw new PublishError(code, `${root} is a release of ${is}, not of ${wanted}.`)
  }
  if (domain !== state.domain) refuse('RELEASE_OTHER_DOMAIN', domain, state.domain)
  if (chainId !== network.chainId) refuse('RELEASE_OTHER_CHAIN', `chain ${chainId}`, `chain ${network.chainId}`)
  if (registry !== network.registry.toLowerCase())
    refuse('RELEASE_OTHER_REGISTRY', `registry ${registry}`, `registry ${network.registry}`)
  if (release === next) return
  throw new PublishError('RELEASE_NOT_NEXT', `${root} is release ${release} of ${domain}; the next one is ${next}.`, {
    next: `domainsync history ${domain}`,
  })
}
