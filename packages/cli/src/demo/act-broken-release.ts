import { cp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '@domainsync/core'
import { createLocalFetch } from '../wiring/local-fetch.ts'
import { type Act, type ActScene, HEALING_TARGET_MS } from './act.ts'
import { waitUntil } from './wait-until.ts'

/** Somebody publishes a site that does not work, checks skipped; the agent goes back, and the same files are refused. */
export const brokenRelease: Act = {
  title: 'a broken release is published',
  targetMs: HEALING_TARGET_MS,

  async play(scene) {
    const { site, withPublisher, liveRoot, signal, say } = scene
    const good = await liveRoot(site.domain)
    const broken = await breakSite(scene)
    const published = await withPublisher(async (publisher) => {
      const plan = await publisher.plan(site.domain, { from: broken, skipChecks: true, signal })
      return publisher.publish(plan, { signal })
    })
    say(
      `release ${published.release} of ${site.domain} has no ${site.checks[0]!.path} page; published with --skip-checks`,
    )
    const healedMs = await waitUntil(() => isBack(scene, good), { limitMs: HEALING_TARGET_MS, signal })
    const refused = await withPublisher((publisher) =>
      publisher.plan(site.domain, { from: broken, skipChecks: true, signal }),
    )
      .then(() => 'accepted')
      .catch(errorCode)
    say(`publishing the same files again: ${refused}`)
    return refused === 'CONTENT_QUARANTINED' ? healedMs : undefined
  },
}

/** A copy of the site without the page that is checked. */
async function breakSite({ stage, site }: ActScene): Promise<string> {
  const folder = join(stage.folder, 'broken-site')
  await cp(site.folder, folder, { recursive: true })
  const { path } = site.checks[0]!
  await rm(join(folder, path === '/' ? 'index.html' : decodeURIComponent(path)))
  await writeFile(join(folder, 'oops.txt'), 'The build forgot a page.\n')
  return folder
}

/** Chain, DNS and what readers get: all three are the good release again. */
async function isBack({ site, dns, stage, liveRoot, signal }: ActScene, good: string): Promise<boolean> {
  if ((await liveRoot(site.domain)) !== good) return false
  if ((await dns.read(site.domain, { signal })).cid !== good) return false
  const url = new URL(site.checks[0]!.path, stage.config.values.domains[site.domain]!.url)
  return (await createLocalFetch()(url, { signal })).status === 200
}
