import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Operation } from '@domainsync/core'
import type { StepDefinition } from '@domainsync/journal'
import { readHistory } from '@domainsync/sdk'
import { CID } from 'multiformats/cid'
import type { PublishContext } from '../publish-context.ts'
import { expiredReleases } from '../retention/expired-releases.ts'
import { letGo } from '../retention/let-go.ts'

/** How many operations back a CAR is looked for that a failed publish left. */
const EARLIER_OPERATIONS = 100

/**
 * Lets go of what nobody can go back to: releases outside of ring and kept, a week after the next one was published, but for one
 * copy. Quarantined ones stay stored. The publisher's own copy is only needed until the release is replicated, but keeps the next import fast.
 */
export const unpinStep: StepDefinition<PublishContext> = {
  key: 'unpin',

  async intent({ context, clock, signal }) {
    const { chain, blocks } = context.ports
    const { releases } = await readHistory(chain, context.domain.name, { signal })
    const old = new Set(expiredReleases(releases, clock.now()).map(String))
    return {
      roots: blocks
        .pinned()
        .map(String)
        .filter((root) => old.has(root)),
    }
  },

  async effect({ context, operation, signal }, intent) {
    const { blocks, carFolder, replicas } = context.ports
    for (const root of (intent as { roots: string[] }).roots.map((text) => CID.parse(text))) {
      // A provider that does not answer now is made to by the next "domainsync prune".
      await letGo(root, { replicas, blocks, keepOne: true, signal })
    }
    for (const name of await carsOf(operation, context)) await rm(join(carFolder, name), { force: true })
  },

  async observe({ context, operation }, intent) {
    const cars = await carsOf(operation, context)
    return cars.length > 0 ? undefined : { roots: (intent as { roots: string[] }).roots }
  },
}

/** CARs that nobody needs any more: of this publish and of the domain's earlier ones, parts that a kill left behind too. */
async function carsOf({ id, domain, root }: Operation, { ports }: PublishContext): Promise<string[]> {
  const earlier = await ports.store.operations.operations({ domain, limit: EARLIER_OPERATIONS })
  const roots = new Set([root, ...earlier.filter((other) => other.id !== id).map((other) => other.root)])
  const names = await readdir(ports.carFolder).catch((): string[] => [])
  return names.filter((name) => roots.has(name.split('.')[0]))
}
