import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { readAccount } from '../../packages/cli/dist/config/account.js'
import { readReleaseSigner } from '../../packages/cli/dist/config/release-signer.js'
import { openReplicas } from '../../packages/cli/dist/wiring/replicas.js'
import type { ReleaseStatement } from '../../packages/core/dist/index.js'
import {
  assembleRelease,
  importFolder,
  openBlockStore,
  releaseFiles,
  writeCar,
} from '../../packages/ipfs-mirror/dist/index.js'
import { signRelease, spkiHash } from '../../packages/pq/dist/index.js'
import { nativeMlDsa } from '../../packages/pq/dist/node/index.js'
import { DOMAIN, type PublishWorld, type Root } from './publish-world.ts'

type Keys = Omit<Parameters<typeof signRelease>[0], 'statement'>

export interface SignElsewhere {
  readonly files: Readonly<Record<string, string>>
  /** The number that it is signed for. */
  readonly release: number
  /** What the statement says otherwise. */
  readonly statement?: Partial<ReleaseStatement>
  /** Other keys than the domain's. */
  readonly keys?: Partial<Keys>
  /** The manifest after signing. */
  readonly tamper?: (manifest: Uint8Array) => Uint8Array
}

/**
 * A release as another machine prepares it: imported, signed, assembled in a store of its own, and sent to the first node. The chain
 * is not touched. Gives its root.
 */
export async function signElsewhere(world: PublishWorld, wanted: SignElsewhere): Promise<Root> {
  const { config } = world
  const folder = await mkdtemp(join(world.folder, 'elsewhere-'))
  await using stack = new AsyncDisposableStack()
  stack.defer(() => rm(folder, { recursive: true }))
  const store = stack.adopt(await openBlockStore(join(folder, 'blocks')), (opened) => opened.close())
  const content = await importFolder(await world.writeSite(wanted.files), { store, rehash: true })
  const keys = { pq: await readReleaseSigner(config), signer: await readAccount('signer', config), ...wanted.keys }
  const statement: ReleaseStatement = {
    domain: DOMAIN,
    release: wanted.release,
    content: `${content.root}`,
    chainId: config.values.network.chainId,
    registry: config.values.network.registry.toLowerCase() as ReleaseStatement['registry'],
    previous: null,
    createdAt: new Date().toISOString(),
    files: releaseFiles(content, { pqKeyHash: spkiHash(keys.pq.spki) }),
    ...wanted.statement,
  }
  const signed = await signRelease({ ...keys, statement }, { verifyMlDsa: nativeMlDsa.verify })
  const releaseJson = wanted.tamper?.(signed) ?? signed
  const root = await assembleRelease(content, { releaseJson, spki: keys.pq.spki }, { store })
  const [first] = await openReplicas(config)
  await first!.replica.upload!(root, () => writeCar(root, store))
  return root
}
