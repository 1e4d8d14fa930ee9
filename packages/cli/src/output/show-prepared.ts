import type { PreparedRelease } from '@domainsync/publisher'
import { safeBatch } from '@domainsync/sdk'
import { copies } from './copies.ts'
import type { Terminal } from './terminal.ts'

/** The transaction of a prepared release, as a file on stdout, and what comes after it. */
export function showPrepared(
  { call, publisher, ...prepared }: PreparedRelease,
  { terminal, chainId }: { terminal: Terminal; chainId: number },
): void {
  const { domain, release, proof } = prepared
  const name = `Publish release ${release} of ${domain}`
  const batch = safeBatch(call, { chainId, safe: publisher, name, createdAt: Date.now() })
  terminal.print(JSON.stringify(batch, undefined, 2))
  terminal.progress(`Release ${release} is signed, ${copies(proof.held)} proven. No pointer moved.`)
  terminal.progress(`To be sent by the publisher ${publisher}: Safe, Transaction Builder, import this file.`)
  terminal.progress(`When it is mined, the agent points DNS to it; without one: domainsync heal ${domain}`)
  const { to, data } = call
  terminal.document('publish', { outcome: 'unsigned', ...prepared, publisher, to, data, batch })
}
