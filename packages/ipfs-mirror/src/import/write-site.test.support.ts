import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { importer } from 'ipfs-unixfs-importer'
import { UNIXFS_PROFILE } from './unixfs-profile.ts'

/** Files of a site by path. */
export type SiteFiles = Readonly<Record<string, string | Uint8Array>>

/** Writes a site into a new temporary folder, in the order given. */
export async function writeSite(files: SiteFiles, folder?: string): Promise<string> {
  const site = folder ?? (await mkdtemp(join(tmpdir(), 'site-')))
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(site, path)), { recursive: true })
    await writeFile(join(site, path), content)
  }
  return site
}

/** The root that the reference importer gives for the same files. */
export async function referenceRoot(files: SiteFiles): Promise<string> {
  const source = Object.entries(files).map(([path, content]) => ({ path, content: Buffer.from(content) }))
  let root = ''
  const blockstore = { put: <T>(cid: T): T => cid }
  for await (const { cid } of importer(source, blockstore, { profile: UNIXFS_PROFILE, wrapWithDirectory: true })) {
    root = cid.toString()
  }
  return root
}
