import { readFile } from 'node:fs/promises'
import { DomainSyncError, hashFromRoot, parseDomainName } from '@domainsync/core'
import type { FeedEntries } from '@domainsync/publisher'
import { CID } from 'multiformats/cid'

/**
 * A map of domains as a file of JSON: `{ "bbbhhai.com": "bafybei…", … }`, each with its root.
 *
 * @throws DomainSyncError `FEED_MAP_INVALID` with the entry that is wrong
 */
export async function readFeedMap(path: string): Promise<FeedEntries> {
  let map: unknown
  try {
    map = JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    throw invalid(`${path} cannot be read as JSON: ${(cause as Error).message}`)
  }
  if (typeof map !== 'object' || map === null || Array.isArray(map)) throw invalid(`${path} is no object of JSON.`)
  return new Map(
    Object.entries(map).map(([name, root]) => {
      try {
        return [parseDomainName(name), hashFromRoot(parseCid(root))]
      } catch (cause) {
        throw invalid(`${path}, "${name}": ${(cause as Error).message}`)
      }
    }),
  )
}

/** The parser's own words are about encodings. */
function parseCid(text: unknown): CID {
  try {
    return CID.parse(text as string)
  } catch {
    throw new Error(`${JSON.stringify(text)} is not a CID; one begins with bafy….`)
  }
}

function invalid(message: string): DomainSyncError {
  return new DomainSyncError('FEED_MAP_INVALID', message, {
    state: 'Nothing was sent.',
    next: 'an object of JSON, { "bbbhhai.com": "bafybei…" }',
    retryable: false,
  })
}
