import { randomBytes } from 'node:crypto'
import { type DomainName, errorCode } from '@domainsync/core'
import {
  type BlockStore,
  createFollower,
  createLiveSites,
  createRegistryWatch,
  type Follower,
  type FollowOptions,
  openBlockStore,
  startNode,
} from '@domainsync/ipfs-mirror'
import { bestMlDsa } from '@domainsync/pq/node'
import { configuredPins } from '../config/configured-pins.ts'
import type { LoadedConfig } from '../config/load-config.ts'
import { type Network, openNetwork } from './network-chain.ts'
import { openReader } from './open-reader.ts'
import { makeStatePrivate } from './private-state.ts'
import { rpcNotices } from './rpc-notices.ts'

export interface OpenFollowerOptions extends Pick<FollowOptions, 'quotas' | 'onEvent' | 'onProgress'> {
  readonly domains: readonly DomainName[]
  /** Where blocks and record lie. */
  readonly folder: string
  /** Where what is mirrored is served; nowhere by default. */
  readonly listen?: { readonly host: string; readonly port: number } | undefined
  readonly signal: AbortSignal
  /** One line for a person. */
  readonly say: (line: string) => void
}

/** A mirror, open. */
export interface OpenedFollower extends AsyncDisposable {
  readonly follower: Follower
  /** Where it is served. */
  readonly url: string | undefined
}

/** Opens the mirror of some domains, with the configuration's chain, registry and gateways; needs no key. */
export async function openFollower(
  config: LoadedConfig,
  { say, listen, ...options }: OpenFollowerOptions,
): Promise<OpenedFollower> {
  const { folder, domains, signal } = options
  const network = await openNetwork(config, rpcNotices(say))
  await makeStatePrivate(config)
  await using stack = new AsyncDisposableStack()
  const shown = listen && (await serveMirror({ listen, folder, domains, network, config, stack, signal, say }))
  const store = shown?.store ?? stack.adopt(await openBlockStore(folder), (one) => one.close())
  const follower = await createFollower({
    ...options,
    ...network,
    store,
    source: await openReader(config, {
      onLiar: ({ source, cid }) => say(`${source} sent wrong bytes for ${cid}`),
    }),
    everyMs: config.values.serve.refreshEveryMs,
    pinnedKeys: configuredPins(config),
    verifyMlDsa: bestMlDsa().verify,
  })
  const owned = stack.move()
  return { follower, url: shown?.url, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

interface Serving extends Pick<OpenFollowerOptions, 'folder' | 'domains' | 'signal' | 'say'> {
  readonly listen: { readonly host: string; readonly port: number }
  readonly network: Network
  readonly config: LoadedConfig
  readonly stack: AsyncDisposableStack
}

/** A node over the mirror's blocks: a trustless gateway, and the live sites by Host header. Nobody can upload to it. */
async function serveMirror({
  listen,
  folder,
  domains,
  network,
  config,
  stack,
  signal,
  say,
}: Serving): Promise<{ store: BlockStore; url: string }> {
  const { refreshEveryMs, maxStaleMs } = config.values.serve
  const watch = createRegistryWatch({ ...network, domains, refreshEveryMs, onEvent: say })
  const sites = createLiveSites({ ...network, watch, maxStaleMs, verifyMlDsa: bestMlDsa().verify, onEvent: say })
  const node = await startNode({
    ...listen,
    path: folder,
    token: randomBytes(32).toString('hex'),
    // The half of a release that a killed mirror had is gone on with.
    tidyAfterMs: false,
    sites: sites.resolve,
    onEvent: (event) => {
      if (event.kind === 'failed') say(`a request failed: ${errorCode(event.error)}`)
    },
  })
  stack.defer(() => node.close())
  stack.use(sites.follow(node.store, signal))
  stack.use(watch.run(signal))
  return node
}
