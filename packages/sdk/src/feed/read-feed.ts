import {
  type BlockSource,
  type Bytes32,
  type CallOptions,
  type Chain,
  type DomainName,
  domainId,
  hashFromRoot,
  rootFromHash,
} from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { readFileChunks } from '../unixfs/read-file.ts'
import { resolvePath } from '../unixfs/resolve-path.ts'
import type { Feed } from './build-feed.ts'
import { FeedError } from './feed-error.ts'
import { FEED_MANIFEST_FILE, type FeedPlace, readFeedManifest } from './feed-manifest.ts'

/** Where a feed's manifest is looked for. */
export interface ReadManifestOptions extends CallOptions, Pick<FeedPlace, 'chainId' | 'registry'> {
  /** The quorum. */
  readonly chain: Chain
  /** Where the manifest's blocks come from; each is verified. */
  readonly source: BlockSource
}

/** A map that a feed has anchored, recomputed. */
export interface ReadManifest extends Feed {
  /** The directory that holds the manifest. */
  readonly manifest: CID
}

/**
 * The map behind a root that a feed has anchored, from its manifest; the root is computed anew.
 *
 * @throws FeedError `FEED_MISMATCH` when the root is another, `FEED_MALFORMED`, `FEED_UNAVAILABLE`; ChainError
 */
export async function readAnchored(
  name: DomainName,
  root: Bytes32,
  { chain, source, chainId, registry, signal }: ReadManifestOptions,
): Promise<ReadManifest> {
  const manifest = rootFromHash(await manifestHashOf(root, { name, chain, signal }))
  const file = await resolvePath(manifest, FEED_MANIFEST_FILE, { source, signal }).catch((cause: unknown) => {
    signal?.throwIfAborted()
    throw unavailable(name, { manifest, cause })
  })
  if (file?.kind !== 'file') throw unavailable(name, { manifest })
  const bytes = readFileChunks(file.cid, source, { signal })
  const feed = await readFeedManifest(bytes, { chainId, registry, feed: domainId(name), root })
  return { ...feed, manifest }
}

/** What the newest event says of this root: the digest of its manifest's directory. */
async function manifestHashOf(
  root: Bytes32,
  { name, chain, signal }: { name: DomainName; chain: Chain; signal: AbortSignal | undefined },
): Promise<Bytes32> {
  const { number: to } = await chain.block('latest', { signal })
  let hash: Bytes32 | undefined
  for await (const event of chain.events(name, { from: chain.firstBlock ?? 0, to }, { signal })) {
    if (event.name === 'Anchored' && event.args.root === root) hash = event.args.manifestHash as Bytes32
  }
  if (hash !== undefined) return hash
  throw new FeedError('FEED_UNAVAILABLE', `No event that the RPCs show says where the manifest of ${root} is.`)
}

function unavailable(name: DomainName, { manifest, cause }: { manifest: CID; cause?: unknown }): FeedError {
  const hash = hashFromRoot(manifest)
  return new FeedError('FEED_UNAVAILABLE', `Nobody gives the manifest of feed ${name}, ${manifest} (${hash}).`, {
    cause,
  })
}
