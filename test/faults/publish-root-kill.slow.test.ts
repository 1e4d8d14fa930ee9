import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPublisher } from '../../packages/cli/dist/wiring/open-publisher.js'
import { openReplicas } from '../../packages/cli/dist/wiring/replicas.js'
import { stateFolder } from '../../packages/cli/dist/wiring/state-folder.js'
import { proveReplication } from '../../packages/ipfs-mirror/dist/index.js'
import { DOMAIN, openPublishWorld, type PublishWorld } from '../support/publish-world.ts'
import { signElsewhere } from '../support/signed-elsewhere.ts'
import { runPublish } from './run-publish.ts'

/** Every point of the step that is its own, and one of each that moves a pointer. */
const POINTS = [
  ...['start', 'intent', 'effect', 'done'].map((phase) => `fetch:${phase}`),
  ...['car:done', 'prove:start', 'sync:intent', 'sync:effect', 'confirm:start', 'swap:effect', 'unpin:done'],
]

describe('a publish by root killed with SIGKILL', { timeout: 60_000 }, () => {
  let world: PublishWorld
  let release = 1
  beforeAll(async () => {
    world = await openPublishWorld()
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  for (const [index, killAt] of POINTS.entries()) {
    const again = index % 2 === 0
    it(`is finished once after a kill at ${killAt}, by ${again ? 'publishing it again' : 'resume'}`, async () => {
      const root = await signElsewhere(world, { files: { 'index.html': `killed at ${killAt}` }, release })
      const before = await world.outside()
      const killed = await runPublish(world, { root: `${root}`, killAt })
      expect(killed).toMatchObject({ signal: 'SIGKILL', stderr: '' })

      await using publisher = await openPublisher(world.config)
      if (again) {
        const plan = await publisher.plan(DOMAIN, { root: `${root}` })
        expect(plan).toMatchObject({ changes: [], finished: [{ release, root: `${root}`, incomplete: [] }] })
      } else expect(await publisher.resume(DOMAIN)).toMatchObject([{ release, root: `${root}`, incomplete: [] }])
      expect(await publisher.resume()).toEqual([])

      const { successes, transactions } = before
      const moved = { successes: successes + 1, transactions: transactions + 1, live: `${root}`, dns: `${root}` }
      expect(await world.outside()).toEqual({ ...before, ...moved })
      const replicas = (await openReplicas(world.config)).map(({ replica }) => replica)
      const { held } = await proveReplication(root, replicas, { need: replicas.length, trial: true })
      expect(held).toBe(replicas.length)
      expect(await readdir(stateFolder(world.config).cars)).toEqual([])
      release++
    })
  }
})
