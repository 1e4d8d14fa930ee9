import { once } from 'node:events'
import picocolors from 'picocolors'
import { EXIT_DONE, EXIT_FAILED, EXIT_INTERRUPTED } from '../output/exit-code.ts'
import { reportError } from '../output/report-error.ts'
import { shortDuration } from '../output/short.ts'
import { table } from '../output/table.ts'
import { createTerminal } from '../output/terminal.ts'
import type { Act } from './act.ts'
import { brokenRelease } from './act-broken-release.ts'
import { replicaDies } from './act-replica-dies.ts'
import { txtForged } from './act-txt-forged.ts'
import { demoSites } from './demo-sites.ts'
import { openScene, type Scene } from './scene.ts'

const ACTS: readonly Act[] = [replicaDies, txtForged, brokenRelease]

const HELP = `npm start [-- <folder>]

Runs all of DomainSync on this machine: a chain, a DNS server, three IPFS nodes and the agent on free ports, no accounts, no
money. Publishes three example sites, or the folder that you name, then breaks things and shows them healed.`

/** `npm start`. Exit code 0, 1 when an act missed its target, 130 after Ctrl-C before the end. */
export async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    console.log(HELP)
    return EXIT_DONE
  }
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort())
  // A terminal that was closed takes nothing more; what runs is ended in good order all the same.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  let finished = false
  try {
    const sites = await demoSites(args[0])
    await using scene = await openScene({ sites, signal: stop.signal, say })
    await scene.publishAll()
    const results = await play(scene)
    finished = true
    if (process.stdout.isTTY && !stop.signal.aborted) await stay(scene, stop.signal)
    return results.every(({ ok }) => ok) ? EXIT_DONE : EXIT_FAILED
  } catch (error) {
    if (!stop.signal.aborted) {
      reportError(error, createTerminal({ json: false, quiet: false }))
      return EXIT_FAILED
    }
    return finished ? EXIT_DONE : EXIT_INTERRUPTED
  }
}

interface Result {
  readonly act: Act
  readonly healedMs: number | undefined
  readonly ok: boolean
}

async function play(scene: Scene): Promise<Result[]> {
  const results: Result[] = []
  for (const [index, act] of ACTS.entries()) {
    say('')
    say(picocolors.bold(`Act ${index + 1}: ${act.title}`))
    const healedMs = await act.play(scene.forAct(index))
    const ok = healedMs !== undefined && healedMs <= act.targetMs
    say(ok ? picocolors.green(`  healed after ${shortDuration(healedMs)}`) : picocolors.red('  NOT healed in time'))
    results.push({ act, healedMs, ok })
  }
  say('')
  const rows = results.map(({ act, healedMs, ok }) => [
    act.title,
    healedMs === undefined ? '–' : shortDuration(healedMs),
    `< ${shortDuration(act.targetMs)}`,
    ok ? picocolors.green('met') : picocolors.red('missed'),
  ])
  for (const line of table([['FAULT', 'HEALED AFTER', 'TARGET', ''], ...rows])) say(line)
  return results
}

/** Leaves everything running until Ctrl-C. */
async function stay({ stage, sites }: Scene, signal: AbortSignal): Promise<void> {
  say('')
  for (const { domain } of sites) say(`  ${picocolors.cyan(stage.config.values.domains[domain]!.url)}`)
  say('')
  say('All of it keeps running. In another terminal:')
  const command = (text: string) => picocolors.bold(`  npm run -s domainsync -- ${text} --config ${stage.config.file}`)
  say(command('status'))
  say(command(`verify ${sites[0]!.domain}`))
  say(command(`publish ${sites[0]!.domain} --from <folder>`))
  say(command(`rollback ${sites[0]!.domain}`))
  say('Ctrl-C ends it and leaves nothing behind.')
  await once(signal, 'abort')
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
