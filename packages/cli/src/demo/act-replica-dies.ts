import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { proveRetrieval } from '@domainsync/ipfs-mirror'
import { CID } from 'multiformats/cid'
import { type Act, type ActScene, HEALING_TARGET_MS } from './act.ts'
import { waitUntil } from './wait-until.ts'

const VICTIM = 'node-2'
/** What a supervisor such as systemd waits before it starts a service again. */
const SUPERVISOR_PAUSE_MS = 1_000

/** A replica is killed and its disk is gone; the supervisor starts it empty, the agent gives it its copies back. */
export const replicaDies: Act = {
  title: 'a replica dies, its disk with it',
  targetMs: HEALING_TARGET_MS,

  async play(scene) {
    const { stage, signal, say } = scene
    const server = stage.servers.get(VICTIM)!
    await server.kill()
    await rm(join(stage.folder, 'state', VICTIM), { recursive: true })
    say(`kill -9 ${server.pid} (${VICTIM}), and its folder is deleted`)
    const restart = setTimeout(SUPERVISOR_PAUSE_MS, undefined, { signal }).then(() => stage.restart(VICTIM))
    const [healedMs] = await Promise.all([
      waitUntil(() => holdsEverything(scene), { limitMs: HEALING_TARGET_MS, signal }),
      restart,
    ])
    return healedMs
  },
}

/** Every block of every live release is read back from the victim. */
async function holdsEverything({ replicas, sites, liveRoot, signal }: ActScene): Promise<boolean> {
  const victim = replicas.find(({ name }) => name === VICTIM)!
  for (const { domain } of sites) {
    const { ok } = await proveRetrieval(CID.parse(await liveRoot(domain)), victim, { mode: 'full', signal })
    if (!ok) return false
  }
  return true
}
