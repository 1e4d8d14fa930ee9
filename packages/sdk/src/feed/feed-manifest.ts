import type { Address, Bytes32 } from '@domainsync/core'
import { buildFeed, type Feed } from './build-feed.ts'
import { FeedError } from './feed-error.ts'
import type { FeedLeaf } from './feed-leaf.ts'

/** The manifest's file inside its directory: the directory's CID is always a release root's kind, however few leaves there are. */
export const FEED_MANIFEST_FILE = 'feed.ndjson'
const SCHEMA = 'domainsync.feed/1'
/** Longer lines are no manifest's. */
const MAX_LINE_CHARS = 1_024
const CHUNK_LINES = 1_000

/** Where a feed is anchored. */
export interface FeedPlace {
  readonly chainId: number
  readonly registry: Address
  /** The feed's own domain id. */
  readonly feed: Address
}

/**
 * The manifest, UTF-8: a line of JSON that says what it is, then a line per leaf in the order of their domain ids,
 * `["0x<domain>","0x<ipfsHash>",release,"0x<previousLeaf>",0|1]`, each with a line feed. One feed has one manifest, byte by byte.
 */
export function* encodeFeedManifest(feed: Feed, { chainId, registry, feed: id }: FeedPlace): Generator<Uint8Array> {
  const encoder = new TextEncoder()
  const header = { schema: SCHEMA, chainId, registry, feed: id, leaves: feed.leaves.length, root: feed.root }
  yield encoder.encode(`${JSON.stringify(header)}\n`)
  for (let start = 0; start < feed.leaves.length; start += CHUNK_LINES) {
    yield encoder.encode(
      feed.leaves
        .slice(start, start + CHUNK_LINES)
        .map(lineOf)
        .join(''),
    )
  }
}

/**
 * Reads a manifest and builds its feed anew: the root is computed, never believed.
 *
 * @param expected What the chain says: the place and the anchored root.
 * @throws FeedError `FEED_MALFORMED`, `FEED_MISMATCH`, or what {@link buildFeed} refuses
 */
export async function readFeedManifest(
  bytes: AsyncIterable<Uint8Array>,
  expected: FeedPlace & { readonly root: Bytes32 },
): Promise<Feed> {
  const lines = linesOf(bytes)
  const first = await lines.next()
  if (first.done) throw malformed('it is empty')
  const header = first.value
  const leaves: FeedLeaf[] = []
  for await (const line of lines) {
    const leaf = parseLine(line)
    if (leaves.length > 0 && leaf.domain <= leaves.at(-1)!.domain) throw malformed(`${leaf.domain} is out of order`)
    leaves.push(leaf)
  }
  const feed = buildFeed(leaves)
  if (feed.root !== expected.root) {
    throw new FeedError(
      'FEED_MISMATCH',
      `The manifest's leaves give the root ${feed.root}; anchored is ${expected.root}.`,
    )
  }
  // The header repeats what is known by now; a manifest that says something else is somebody else's.
  const [own] = encodeFeedManifest(feed, expected)
  if (`${header}\n` !== new TextDecoder().decode(own)) throw malformed('its first line names another feed')
  return feed
}

function lineOf({ domain, ipfsHash, release, previousLeaf, success }: FeedLeaf): string {
  return `["${domain}","${ipfsHash}",${release},"${previousLeaf}",${success ? 1 : 0}]\n`
}

function parseLine(line: string): FeedLeaf {
  let fields: unknown
  try {
    fields = JSON.parse(line)
  } catch (cause) {
    throw malformed('a line is not JSON', cause)
  }
  const [domain, ipfsHash, release, previousLeaf, success] = Array.isArray(fields) ? fields : []
  const leaf = { domain, ipfsHash, release, previousLeaf, success: success === 1 } as FeedLeaf
  // Written anew it must be the same: no spaces, no other spelling of a number, no further field.
  if (lineOf(leaf) !== `${line}\n`) throw malformed(`a line is not a leaf's: ${line.slice(0, 80)}`)
  return leaf
}

async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let rest = ''
  for await (const chunk of bytes) {
    const lines = (rest + decode(decoder, chunk)).split('\n')
    rest = lines.pop()!
    if (rest.length > MAX_LINE_CHARS) throw malformed('a line is too long')
    yield* lines
  }
  if (rest !== '') throw malformed('its end is missing')
}

function decode(decoder: InstanceType<typeof TextDecoder>, chunk: Uint8Array): string {
  try {
    return decoder.decode(chunk, { stream: true })
  } catch (cause) {
    throw malformed('it is not UTF-8', cause)
  }
}

function malformed(what: string, cause?: unknown): FeedError {
  return new FeedError('FEED_MALFORMED', `The feed's manifest cannot be read: ${what}.`, { cause })
}
