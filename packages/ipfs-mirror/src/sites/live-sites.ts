import { type Address, type DomainName, type DomainState, errorCode, rootFromHash } from '@domainsync/core'
import { verifyRoot } from '@domainsync/sdk'
import { base32 } from 'multiformats/bases/base32'
import type { CID } from 'multiformats/cid'
import type { SiteAnswer, Sites } from '../gateway/site-answer.ts'
import type { BlockStore } from '../store/block-store.ts'
import type { RegistryWatch } from './registry-watch.ts'

type VerifyRootInput = Parameters<typeof verifyRoot>[0]

/** How long a node goes on with what it knew while the chain cannot be read, in milliseconds: a day. */
export const MAX_STALE_MS = 24 * 60 * 60 * 1000

export interface LiveSitesOptions {
  readonly chainId: number
  readonly registry: Address
  /** What the registry says; several nodes may share one. */
  readonly watch: RegistryWatch
  /** Default {@link MAX_STALE_MS}. */
  readonly maxStaleMs?: number | undefined
  readonly verifyMlDsa?: VerifyRootInput['verifyMlDsa']
  /** One line for a person when what is served changed, or could not be refreshed. */
  readonly onEvent?: ((line: string) => void) | undefined
}

/** What each of the domains serves, kept in step with the registry. */
export interface LiveSites {
  /** For the gateway: the live release of a host, once its signatures and its whole list were verified here. */
  readonly resolve: Sites
  /** Begins to verify what becomes live with the blocks of this store; disposing ends it. */
  follow(store: BlockStore, signal: AbortSignal): AsyncDisposable
}

/**
 * Serves what the registry says is live and nothing else; nothing before it was read once. While it cannot be read, or a new
 * release is not here yet, the last one that was verified stays, for `maxStaleMs` and unless it is quarantined: going on is
 * safer than going dark.
 */
export function createLiveSites(options: LiveSitesOptions): LiveSites {
  const { watch, maxStaleMs = MAX_STALE_MS } = options
  /** The release of each domain that was verified last. */
  const verified = new Map<DomainName, CID>()
  const verifying = new Map<DomainName, Promise<void>>()
  const said = new Map<DomainName, string>()
  let pinned: BlockStore['pinned'] = () => []

  function say(domain: DomainName, line: string): void {
    if (said.get(domain) === line) return
    said.set(domain, line)
    options.onEvent?.(`${domain}: ${line}`)
  }

  function siteOf(domain: DomainName): SiteAnswer {
    const view = watch.view(domain)
    if (view === undefined) return 'unread'
    const { state, ageMs } = view
    if (ageMs > maxStaleMs) return 'stale'
    if (state === undefined || state.head.live === 0) return undefined
    if (!state.head.stable) return 'quarantined'
    const root = verified.get(domain)
    return root === undefined || isUnstable(root, state) ? 'absent' : { root, ageMs }
  }

  /** A root under its own name: kept here on its own account, and condemned by no domain. */
  function contentAt(root: CID): SiteAnswer {
    const condemned = watch.condemned()
    if (condemned === undefined) return 'unread'
    const { roots, ageMs } = condemned
    if (ageMs > maxStaleMs) return 'stale'
    // The same CID has several spellings.
    if (roots.has(root.toV1().toString(base32))) return 'quarantined'
    return pinned().some((one) => one.equals(root)) ? { root, ageMs } : undefined
  }

  /** Verifies the live release of a domain, unless that was done. */
  async function refresh(domain: DomainName, { store, signal }: Following): Promise<void> {
    const view = watch.view(domain)
    if (view === undefined) return
    const { state, ageMs } = view
    if (ageMs > maxStaleMs) return say(domain, `the chain was not read for ${minutes(ageMs)}; no longer served`)
    if (state === undefined || state.head.live === 0) return say(domain, 'no release yet')
    if (!state.head.stable) return say(domain, 'quarantined, not served')
    const root = rootFromHash(state.head.ipfsHash)
    try {
      if (!verified.get(domain)?.equals(root)) {
        const { chainId, registry, verifyMlDsa } = options
        await verifyRoot({ state, chainId, registry, source: store, signal, verifyMlDsa })
        verified.set(domain, root)
      }
      say(domain, `serves ${root}`)
    } catch (error) {
      if (!signal.aborted) say(domain, `release ${state.head.live} is live but not verified here: ${errorCode(error)}`)
    }
  }

  return {
    async resolve(host) {
      if (host.kind === 'content') return contentAt(host.root)
      const domain = watch.domains.find((name) => name === host.name)
      return domain && siteOf(domain)
    },
    follow(store, signal) {
      pinned = () => store.pinned()
      const stop = new AbortController()
      const following = { store, signal: AbortSignal.any([signal, stop.signal]) }
      const looks = watch.onLook(() => {
        for (const domain of watch.domains) {
          if (verifying.has(domain)) continue
          const run = refresh(domain, following).finally(() => verifying.delete(domain))
          verifying.set(domain, run)
        }
      })
      return {
        async [Symbol.asyncDispose]() {
          looks[Symbol.dispose]()
          stop.abort()
          await Promise.all(verifying.values())
        },
      }
    },
  }
}

interface Following {
  readonly store: BlockStore
  readonly signal: AbortSignal
}

/** Whether the registry says of a root that it still holds that it is quarantined. */
function isUnstable(root: CID, { releases }: DomainState): boolean {
  return releases.some(({ ipfsHash, stable }) => !stable && rootFromHash(ipfsHash).equals(root))
}

function minutes(durationMs: number): string {
  return `${Math.round(durationMs / 60_000)} minutes`
}
