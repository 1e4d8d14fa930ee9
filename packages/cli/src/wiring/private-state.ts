import { chmod, mkdir, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { LoadedConfig } from '../config/load-config.ts'
import { drivers } from '../config/parse-config.ts'
import type { DnsConfig } from '../config/schema.ts'

const OTHERS = 0o077

/**
 * Makes the state folder, for its owner alone (0700), and takes from others what an older one gives them: journal and nodes
 * show what is not published yet.
 *
 * What cannot be changed (a folder of somebody else) stays; whoever writes there says what is wrong with it.
 */
export async function makeStatePrivate({ folder, values }: LoadedConfig): Promise<void> {
  const state = resolve(folder, values.state)
  await mkdir(state, { recursive: true, mode: 0o700 }).catch(() => {})
  const store = resolve(folder, values.agent.store.path)
  const nodes = Object.values(values.providers).flatMap((provider) =>
    provider.kind === 'embedded' && provider.path !== undefined ? [resolve(folder, provider.path)] : [],
  )
  const zones = drivers(values).flatMap((name) => {
    const driver = values.dns[name] as DnsConfig
    return driver.kind === 'embedded' ? [resolve(folder, driver.path)] : []
  })
  const places = [state, store, `${store}-wal`, `${store}-shm`, ...nodes, ...zones]
  await Promise.all(places.map((place) => tighten(place).catch(() => {})))
}

async function tighten(path: string): Promise<void> {
  const { mode } = await stat(path)
  if ((mode & OTHERS) !== 0) await chmod(path, mode & 0o7777 & ~OTHERS)
}
