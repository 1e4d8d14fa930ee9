import { type Address, type Chain, type DomainName, type DomainState, errorCode, rootFromHash } from '@domainsync/core'
import { verifyRoot } from '@domainsync/sdk'
import { base32 } from 'multiformats/bases/base32'
import { CID } from 'multiformats/cid'
import type { Sites } from '../gateway/gateway-handler.ts'
import type { BlockStore } from '../store/block-store.ts'

type VerifyRootInput = Parameters<typeof verifyRoot>[0]

export interface LiveSitesOptions {
  readonly chainId: number
  readonly registry: Address
  /** The quorum that says what is live. */
  readonly chain: Chain
  readonly domains: readonly DomainName[]
  /** Pause between two looks at the registry, in milliseconds. */
  readonly refreshEveryMs: number
  readonly verifyMlDsa?: VerifyRootInput['verifyMlDsa']
  /** One line for a person when what is served changed, or could not be refreshed. */
  readonly onEvent?: (line: string) => void
}

/** What each of the domains serves, kept in step with the registry. */
export interface LiveSites {
  /** For the gateway: the live release of a host, once its signatures and its whole list were verified here. */
  readonly resolve: Sites
  /** Begins to follow the registry with the blocks of this store; disposing ends it. */
  follow(store: BlockStore, signal: AbortSignal): AsyncDisposable
}

type Site = { readonly root: CID } | 'quarantined'

/**
 * Serves what the registry says is live and nothing else. While the chain cannot be read, or a new release is not here yet, the
 * last one that was verified stays: going on is safer than going dark. A quarantined release is never served.
 */
export function createLiveSites(options: LiveSitesOptions): LiveSites {
  const sites = new Map<string, Site>()
  /** Roots of releases that are quarantined, by domain: refused under their own name (`<cid>.ipfs.localhost`) as well. */
  const condemned = new Map<string, ReadonlySet<string>>()
  const said = new Map<string, string>()

  function say(domain: string, line: string): void {
    if (said.get(domain) === line) return
    said.set(domain, line)
    options.onEvent?.(`${domain}: ${line}`)
  }

  async function refresh(
    domain: DomainName,
    { store, signal }: { store: BlockStore; signal: AbortSignal },
  ): Promise<void> {
    const { chain } = options
    try {
      const state = await chain.domain(domain, await chain.block('latest', { signal }), { signal })
      condemned.set(domain, condemnedRoots(state))
      const next = await siteOf(state, { ...options, store, signal, current: sites.get(domain) })
      if (next === undefined) return say(domain, 'no release yet')
      sites.set(domain, next)
      say(domain, next === 'quarantined' ? 'quarantined, not served' : `serves ${next.root}`)
    } catch (error) {
      if (!signal.aborted) say(domain, `not refreshed: ${errorCode(error)}`)
    }
  }

  return {
    resolve: async (host) => {
      const label = /^([a-z0-9]+)\.ipfs\.localhost$/.exec(host)?.[1]
      if (label === undefined) return sites.get(host)
      // The same CID has several spellings.
      const root = CID.parse(label).toV1().toString(base32)
      return [...condemned.values()].some((roots) => roots.has(root)) ? 'quarantined' : undefined
    },
    follow(store, signal) {
      const stop = new AbortController()
      const both = AbortSignal.any([signal, stop.signal])
      const done = Promise.all(
        options.domains.map(async (domain) => {
          while (!both.aborted) {
            await refresh(domain, { store, signal: both })
            await pause(options.refreshEveryMs, both)
          }
        }),
      )
      return {
        async [Symbol.asyncDispose]() {
          stop.abort()
          await done
        },
      }
    },
  }
}

function condemnedRoots(state: DomainState | undefined): ReadonlySet<string> {
  const unstable = state?.releases.filter(({ stable }) => !stable) ?? []
  return new Set(unstable.map(({ ipfsHash }) => rootFromHash(ipfsHash).toString()))
}

type Refresh = LiveSitesOptions & {
  readonly store: BlockStore
  readonly signal: AbortSignal
  readonly current: Site | undefined
}

/** What to serve for a state; verified from this store's own blocks alone. */
async function siteOf(
  state: DomainState | undefined,
  { chainId, registry, store, signal, verifyMlDsa, current }: Refresh,
): Promise<Site | undefined> {
  if (state === undefined || state.head.live === 0) return undefined
  if (!state.head.stable) return 'quarantined'
  const root = rootFromHash(state.head.ipfsHash)
  if (current !== undefined && current !== 'quarantined' && current.root.equals(root)) return current
  const verified = await verifyRoot({ state, chainId, registry, source: store, signal, verifyMlDsa })
  return { root: verified.root }
}

/** Ends early, without an error, when the signal is aborted. */
function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, durationMs)
    const end = () => {
      clearTimeout(timer)
      resolve()
    }
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
  })
}
