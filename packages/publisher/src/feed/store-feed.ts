import { mkdir, mkdtemp, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { CallOptions } from '@domainsync/core'
import { importFolder, proveReplication, type Replication, writeCar } from '@domainsync/ipfs-mirror'
import { encodeFeedManifest, FEED_MANIFEST_FILE, type Feed, type FeedPlace } from '@domainsync/sdk'
import type { CID } from 'multiformats/cid'
import type { PublisherPorts } from '../publisher-ports.ts'
import { insufficient } from '../steps/insufficient.ts'
import { replicateRelease } from '../steps/replicate-release.ts'

/** A feed's manifest where readers can get it. */
export interface StoredFeed {
  /** The directory that holds the manifest. */
  readonly manifest: CID
  readonly replication: Replication
}

/**
 * Writes the manifest of a feed, sends it to every replica, and reads it back from K of them. The same feed gives the same CID.
 *
 * @throws PublishError `REPLICATION_INSUFFICIENT`
 */
export async function storeFeed(
  feed: Feed,
  { ports, place, ...call }: CallOptions & { ports: PublisherPorts; place: FeedPlace },
): Promise<StoredFeed> {
  const { blocks, replicas, replication, carFolder } = ports
  await mkdir(carFolder, { recursive: true })
  const folder = await mkdtemp(join(carFolder, 'feed-'))
  try {
    await using file = await open(join(folder, FEED_MANIFEST_FILE), 'w')
    await file.writeFile(encodeFeedManifest(feed, place))
    const { root: manifest } = await importFolder(folder, { store: blocks, signal: call.signal })
    const car = () => writeCar(manifest, blocks, call)
    const uploads = await replicateRelease(replicas, { root: manifest, car, ...call })
    const result = await proveReplication(manifest, replicas, { ...replication, ...call })
    if (!result.ok) throw insufficient(`feed ${place.feed}`, { result, uploads, next: 'the same command again' })
    return { manifest, replication: result }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
