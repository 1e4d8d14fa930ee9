import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { inject } from 'vitest'
import { DOMAIN, type PublishWorld } from '../support/publish-world.ts'
import type { PublishTask } from './publish-child.ts'

export interface Publishing extends Pick<PublishTask, 'killAt'> {
  /** The folder. */
  readonly from?: string
  /** Instead of it, the root of a release that was signed elsewhere. */
  readonly root?: string
  /** Kill it from outside, so long after it passed a point. */
  readonly killAfter?: { readonly point: string; readonly delayMs: number }
}

/** Publishes in a process of its own and waits for its end. */
export async function runPublish({ config }: Pick<PublishWorld, 'config'>, publishing: Publishing) {
  const { from, root, killAfter, ...task } = publishing
  const source = root === undefined ? { from: from! } : { root }
  const whole: PublishTask = { config: config.file, domain: DOMAIN, source, ...task }
  const script = join(inject('children'), 'publish-child.mjs')
  const child = spawn(process.execPath, [script, JSON.stringify(whole)], { stdio: ['ignore', 'pipe', 'pipe'] })
  const points: string[] = []
  createInterface({ input: child.stdout }).on('line', (point) => {
    points.push(point)
    if (point === killAfter?.point) setTimeout(() => child.kill('SIGKILL'), killAfter.delayMs)
  })
  const [stderr, [, signal]] = await Promise.all([text(child.stderr), once(child, 'close')])
  return { signal: signal as NodeJS.Signals | null, stderr, points }
}
