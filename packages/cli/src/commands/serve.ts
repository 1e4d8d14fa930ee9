import { parseDomainName } from '@domainsync/core'
import { EXIT_DONE } from '../output/exit-code.ts'
import { siteUrl } from '../output/site-url.ts'
import type { AddCommand } from '../program.ts'
import { openServers } from '../wiring/open-servers.ts'

/** `serve [name…]`: the IPFS nodes and DNS servers of this machine, until Ctrl-C. */
export const addServeCommand: AddCommand = (program, action) => {
  program
    .command('serve [name...]')
    .description('run the embedded nodes and DNS servers of this machine (default: all that have a path)')
    .action(
      action(async (context, names) => {
        const { terminal, signal } = context
        const config = await context.loadConfig()
        await using servers = await openServers(config, {
          names,
          signal,
          onEvent: (line) => terminal.progress(line),
        })
        for (const { name, url } of servers.nodes) terminal.print(`${name}  ${url}`)
        for (const { name, host, port } of servers.dns) terminal.print(`${name}  dns ${host}:${port}`)
        for (const domain of Object.keys(config.values.domains).map(parseDomainName)) {
          for (const { url } of servers.nodes) terminal.print(`  ${siteUrl(domain, url)}`)
        }
        terminal.document('serve', { nodes: servers.nodes, dns: servers.dns })
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
        return EXIT_DONE
      }),
    )
}
