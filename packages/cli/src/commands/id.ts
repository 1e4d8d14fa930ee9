import { domainId, hashFromRoot, namehash, parseDomainName, rootFromHash } from '@domainsync/core'
import { CID } from 'multiformats/cid'
import { EXIT_DONE } from '../output/exit-code.ts'
import type { AddCommand } from '../program.ts'

/** `id <name>`: the ids of a name, or the other form of a root. */
export const addIdCommand: AddCommand = (program, action) => {
  program
    .command('id <name>')
    .description('a name as node and domain id; a root CID as the hash on chain, and back')
    .action(
      action(async ({ terminal }, [text]) => {
        const ids = identify(text!)
        for (const [label, value] of Object.entries(ids)) terminal.print(`${label.padEnd(8)} ${value}`)
        terminal.document('id', ids)
        return EXIT_DONE
      }),
    )
}

function identify(text: string): Record<string, string> {
  if (/^0x[0-9a-fA-F]{64}$/.test(text)) {
    const ipfsHash = text.toLowerCase() as `0x${string}`
    return { root: rootFromHash(ipfsHash).toString(), ipfsHash }
  }
  if (/^baf[a-z2-7]{50,}$/.test(text)) {
    const root = CID.parse(text)
    return { root: root.toString(), ipfsHash: hashFromRoot(root) }
  }
  const name = parseDomainName(text)
  return { name, domain: domainId(name), node: namehash(name), dnslink: `_dnslink.${name}` }
}
