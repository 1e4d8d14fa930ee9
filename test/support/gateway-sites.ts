import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type EmbeddedNode, importFolder, startNode } from '../../packages/ipfs-mirror/dist/index.js'

type Root = Awaited<ReturnType<typeof importFolder>>['root']

/** A node that serves sites, without a chain. */
export interface GatewaySites extends AsyncDisposable {
  readonly node: EmbeddedNode
  /** By host. */
  readonly roots: ReadonlyMap<string, Root>
  /** The node's folder. */
  readonly path: string
}

/** Imports the files of each host and serves them by its name; disposing removes all. */
export async function openGatewaySites(
  sites: Readonly<Record<string, Readonly<Record<string, string | Uint8Array>>>>,
): Promise<GatewaySites> {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'domainsync-gateway-'))
  stack.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }))
  const roots = new Map<string, Root>()
  const path = join(folder, 'node')
  const node = await startNode({
    path,
    port: 0,
    token: 'of-no-use',
    sites: async ({ name }) => {
      const root = roots.get(name)
      return root && { root }
    },
  })
  stack.defer(() => node.close())
  for (const [host, files] of Object.entries(sites)) {
    for (const [name, content] of Object.entries(files)) {
      const file = join(folder, host, name)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, content)
    }
    const { root } = await importFolder(join(folder, host), { store: node.store })
    await node.store.pin(root)
    roots.set(host, root)
  }
  const owned = stack.move()
  return { node, roots, path, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
