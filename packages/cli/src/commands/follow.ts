import { join, resolve } from 'node:path'
import { type DomainName, errorCode, parseDomainName } from '@domainsync/core'
import { DEFAULT_FOLLOW_QUOTAS, type FollowReport, wantedReleases } from '@domainsync/ipfs-mirror'
import { notRegistered } from '@domainsync/sdk'
import { InvalidArgumentError, Option } from 'commander'
import type { CommandContext } from '../command-context.ts'
import type { LoadedConfig } from '../config/load-config.ts'
import { parseByteCount } from '../files/parse-byte-count.ts'
import { byteCount } from '../output/byte-count.ts'
import { EXIT_DONE, EXIT_FAILED, EXIT_INCOMPLETE, exitCodeOf } from '../output/exit-code.ts'
import { followLine, mirrorLines } from '../output/follow-lines.ts'
import { jobProgress } from '../output/job-progress.ts'
import { plainError } from '../output/plain-error.ts'
import { shortCids } from '../output/short.ts'
import type { AddCommand } from '../program.ts'
import { openNetwork } from '../wiring/network-chain.ts'
import { type OpenedFollower, openFollower } from '../wiring/open-follower.ts'
import { rpcNotices } from '../wiring/rpc-notices.ts'

interface FollowCommandOptions {
  readonly to?: string
  readonly listen?: { readonly host: string; readonly port: number }
  readonly maxRelease: number
  readonly maxDomain: number
  readonly maxTotal: number
  readonly once?: boolean
  readonly only?: boolean
}

/** `follow <domain…>`: mirrors what somebody else publishes. */
export const addFollowCommand: AddCommand = (program, action) => {
  const quota = (flags: string, what: string, bytes: number) =>
    new Option(flags, what).argParser(parseByteCount).default(bytes, byteCount(bytes))
  const { releaseBytes, domainBytes, totalBytes } = DEFAULT_FOLLOW_QUOTAS
  program
    .command('follow <domain...>')
    .description('mirror the live, kept and ring releases of these domains; until Ctrl-C')
    .option('--to <folder>', 'where the blocks lie (default: "mirror" in the state folder)')
    .addOption(new Option('--listen <host:port>', 'serve what is mirrored there').argParser(parseListen))
    .addOption(quota('--max-release <size>', 'most that one release may take', releaseBytes))
    .addOption(quota('--max-domain <size>', 'most that one domain may take', domainBytes))
    .addOption(quota('--max-total <size>', 'most that all may take', totalBytes))
    .option('--only', 'let go of what the folder holds of other domains')
    .addOption(new Option('--once', 'bring it in step and end: for cron').conflicts('listen'))
    .action(action<FollowCommandOptions>(follow))
}

async function follow(context: CommandContext, names: string[], options: FollowCommandOptions): Promise<number> {
  const { terminal, signal, flags } = context
  const config = await context.loadConfig()
  const domains = [...new Set(names.map(parseDomainName))]
  if (flags.dryRun) return await showWanted(domains, { ...context, config })
  const progress = jobProgress(terminal)
  const { to, listen, maxRelease, maxDomain, maxTotal, once = false, only = false } = options
  await using opened = await openFollower(config, {
    domains,
    folder: to === undefined ? join(resolve(config.folder, config.values.state), 'mirror') : resolve(to),
    listen,
    quotas: { releaseBytes: maxRelease, domainBytes: maxDomain, totalBytes: maxTotal },
    signal,
    say: (line) => terminal.progress(line),
    onEvent: (event) => {
      progress.end()
      const line = followLine(event)
      terminal.progress(flags.full ? line : shortCids(line))
    },
    onProgress: ({ domain, release, bytes, totalBytes, blocks }) => {
      const items = { name: 'blocks', done: blocks }
      progress.at(`${domain}  fetching release ${release}`, { bytes, totalBytes, items })
    },
  })
  const { follower } = opened
  if (only) await follower.dropOthers({ signal })
  else if (follower.others.length > 0) {
    terminal.progress(`Also here, and left as it is: ${follower.others.join(', ')} ("--only" lets go of it).`)
  }
  if (!once) return await stay(opened, context)
  const report = await follower.look({ signal })
  for (const line of mirrorLines(report)) terminal.print(line)
  terminal.document('follow', followDocument(report))
  return exitCodeOfReport(report)
}

/** What a mirror would hold; nothing is opened or fetched. */
async function showWanted(
  domains: readonly DomainName[],
  { config, terminal, signal }: CommandContext & { config: LoadedConfig },
): Promise<number> {
  const { chain } = await openNetwork(config, rpcNotices(terminal.progress))
  const block = await chain.block('latest', { signal })
  const found = await Promise.all(
    domains.map(async (domain) => {
      const state = await chain.domain(domain, block, { signal })
      if (state === undefined) throw notRegistered(domain)
      const wanted = wantedReleases(state).filter(({ stable }) => stable)
      return { domain, wanted: wanted.map(({ release, root, heldFor }) => ({ release, root: `${root}`, heldFor })) }
    }),
  )
  for (const { domain, wanted } of found) {
    for (const { release, root, heldFor } of wanted)
      terminal.print(`${domain}  release ${release} (${heldFor})  ${root}`)
  }
  terminal.document('follow', { domains: found })
  return EXIT_DONE
}

/** Follows until it is interrupted. */
async function stay({ follower, url }: OpenedFollower, { terminal, signal }: CommandContext): Promise<number> {
  if (url !== undefined) terminal.print(`Serves at ${url}`)
  terminal.progress('Follows the registry. Ctrl-C ends it.')
  await follower.run(signal)
  terminal.document('follow', followDocument(follower.known()))
  return EXIT_DONE
}

function followDocument({ domains, failures }: FollowReport): Record<string, unknown> {
  return {
    domains: domains.map(({ domain, block, held, missing, bytes }) => ({
      domain,
      block: { number: block.number, hash: block.hash },
      bytes,
      held: held.map(({ release, root, heldFor, stable }) => ({ release, root: `${root}`, heldFor, stable })),
      missing: missing.map(({ release, root, heldFor, code, message, refused }) => {
        return { release, root: `${root}`, heldFor, code, message, refused }
      }),
    })),
    failures: failures.map(({ domain, error }) => ({ domain, code: errorCode(plainError(error)) })),
  }
}

/** A refusal decides, then what may be better next time. */
function exitCodeOfReport({ domains, failures }: FollowReport): number {
  const missing = domains.flatMap((one) => one.missing)
  const codes = [
    ...failures.map(({ error }) => exitCodeOf(error)),
    ...missing.map(({ refused }) => (refused ? EXIT_FAILED : EXIT_INCOMPLETE)),
  ]
  return codes.length === 0 ? EXIT_DONE : Math.min(...codes)
}

function parseListen(text: string): { host: string; port: number } {
  const [, host, port] = /^(?:\[?([^\]]*?)\]?:)?(\d{1,5})$/.exec(text) ?? []
  if (port !== undefined && Number(port) <= 65_535) return { host: host || '127.0.0.1', port: Number(port) }
  throw new InvalidArgumentError('It is an address and a port: 127.0.0.1:8090.')
}
