import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type CallOptions, type DomainName, failedCheck, type PageAnswer, type SiteCheck } from '@domainsync/core'
import { type BlockStore, createGatewayHandler } from '@domainsync/ipfs-mirror'
import type { CID } from 'multiformats/cid'

/** A check and what came of it. */
export interface CheckResult {
  readonly check: SiteCheck
  readonly ok: boolean
  /** One sentence: what was answered. */
  readonly detail: string
}

/** Time allowed for one check, in milliseconds. */
const CHECK_TIMEOUT_MS = 10_000

/** Serves a directory from the store on a port of its own, as readers will get it, and asks each check. */
export async function previewChecks(
  root: CID,
  checks: readonly SiteCheck[],
  { store, domain, ...call }: CallOptions & { store: BlockStore; domain: DomainName },
): Promise<CheckResult[]> {
  const server = createServer(createGatewayHandler({ store, sites: async () => ({ root }) }))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const { port } = server.address() as AddressInfo
    const results: CheckResult[] = []
    for (const check of checks) results.push(await ask(check, { port, domain, ...call }))
    return results
  } finally {
    server.close()
    server.closeAllConnections()
  }
}

async function ask(
  check: SiteCheck,
  options: CallOptions & { port: number; domain: DomainName },
): Promise<CheckResult> {
  const answer = await get(check.path, options)
  const problem = failedCheck(check, answer)
  return { check, ok: problem === undefined, detail: `${check.path}: ${problem ?? `status ${answer.status}`}` }
}

async function get(
  path: string,
  { port, domain, signal, timeoutMs }: CallOptions & { port: number; domain: DomainName },
): Promise<PageAnswer> {
  const limit = AbortSignal.timeout(timeoutMs ?? CHECK_TIMEOUT_MS)
  const asked = request({
    host: '127.0.0.1',
    port,
    path,
    headers: { host: domain },
    signal: signal ? AbortSignal.any([signal, limit]) : limit,
  })
  asked.end()
  const [response] = await once(asked, 'response')
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk)
  return { status: response.statusCode, body: Buffer.concat(chunks) }
}
