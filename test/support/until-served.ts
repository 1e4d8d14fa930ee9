import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'

const DEADLINE_MS = 20_000
const POLL_MS = 25

/** Waits until every node serves this root as the site of the host: nodes follow the chain, they are not told. */
export async function untilServed(nodeUrls: readonly string[], { host, root }: { host: string; root: string }) {
  const deadline = Date.now() + DEADLINE_MS
  for (const url of nodeUrls) {
    while (!(await servedPath(url, host))?.includes(root)) {
      if (Date.now() > deadline) throw new Error(`${url} does not serve ${root} for ${host}`)
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
  }
}

async function servedPath(url: string, host: string): Promise<string | undefined> {
  const asked = request(url, { headers: { host } })
  asked.end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  response.resume()
  return response.headers['x-ipfs-path'] as string | undefined
}
