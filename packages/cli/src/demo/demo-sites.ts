import { readdir } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { parseDomainName } from '@domainsync/core'
import { importFolder } from '@domainsync/ipfs-mirror'
import { REPOSITORY } from './stage.ts'
import type { DemoSite } from './write-demo-config.ts'

/** The name that a folder of one's own gets; `.test` can never be somebody's (RFC 6761). */
const OWN_DOMAIN = parseDomainName('your-site.test')

/** The three example sites, or the one folder that was named. */
export async function demoSites(folder: string | undefined): Promise<DemoSite[]> {
  if (folder === undefined) return exampleSites()
  const site = resolve(folder)
  const { files } = await importFolder(site)
  const index = files.some(({ path }) => path === 'index.html')
  const path = index ? '/' : `/${files[0]!.path.split('/').map(encodeURIComponent).join('/')}`
  return [{ domain: OWN_DOMAIN, folder: site, checks: [{ path, status: 200 }] }]
}

async function exampleSites(): Promise<DemoSite[]> {
  const sites = join(REPOSITORY, 'examples', 'sites')
  const folders = (await readdir(sites)).sort()
  return folders.map((name) => ({
    domain: parseDomainName(basename(name)),
    folder: join(sites, name),
    checks: [{ path: '/', status: 200, contains: '<title>' }],
  }))
}
