import type { CID } from 'multiformats/cid'
import { type RawAnswer, rawRequest } from '../node/raw-request.test.support.ts'
import { runningNode, storeSite } from '../node/running-node.test.support.ts'
import type { NodeEvent } from '../node/start-node.ts'
import type { Files } from './site-blocks.test.support.ts'

/** The host at which {@link siteServer} serves. */
export const HOST = 'one.example'

export interface SiteServer {
  readonly root: CID
  readonly url: string
  readonly path: string
  readonly events: readonly NodeEvent[]
  get(path: string, headers?: Record<string, string>): Promise<RawAnswer>
  head(path: string, headers?: Record<string, string>): Promise<RawAnswer>
}

/** A node that serves these files at {@link HOST}; gone when the test is. */
export async function siteServer(files: Files, options?: Parameters<typeof storeSite>[2]): Promise<SiteServer> {
  let root: CID | undefined
  const node = await runningNode({ sites: async ({ name }) => (name === HOST && root ? { root } : undefined) })
  root = await storeSite(node.store, files, options)
  const ask =
    (method: string) =>
    (path: string, headers: Record<string, string> = {}) =>
      rawRequest(node.url, { path, host: HOST, headers, method })
  return { root, url: node.url, path: node.path, events: node.events, get: ask('GET'), head: ask('HEAD') }
}
