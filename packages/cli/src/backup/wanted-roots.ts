import { type CallOptions, parseDomainName, rootFromHash } from '@domainsync/core'
import { openSqliteStore } from '@domainsync/journal'
import { CID } from 'multiformats/cid'
import type { LoadedConfig } from '../config/load-config.ts'
import { openNetwork } from '../wiring/network-chain.ts'

/** The releases that the registry still holds, of all domains: live ones, those to go back to, kept ones. */
export async function rootsOnChain(config: LoadedConfig, call: CallOptions): Promise<CID[]> {
  const { chain } = await openNetwork(config)
  const head = await chain.block('latest', call)
  const roots: CID[] = []
  for (const text of Object.keys(config.values.domains)) {
    const state = await chain.domain(parseDomainName(text), head, call)
    for (const { ipfsHash } of [...(state?.releases ?? []), ...(state?.kept ? [state.kept] : [])]) {
      roots.push(rootFromHash(ipfsHash))
    }
  }
  return roots
}

/** Most operations that are looked through for one that is under way: there is at most one a domain. */
const LOOK_BACK = 1000

/** The roots of operations that were begun and not ended: `resume` needs their blocks. */
export async function rootsUnderWay(journal: string): Promise<CID[]> {
  await using store = await openSqliteStore(journal)
  const operations = await store.operations.operations({ limit: LOOK_BACK })
  return operations.flatMap(({ state, root }) => (state === 'running' && root ? [CID.parse(root)] : []))
}
