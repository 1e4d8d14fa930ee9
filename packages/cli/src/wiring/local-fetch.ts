import { lookup } from 'node:dns'
import { Agent, fetch as undiciFetch } from 'undici'

/**
 * `fetch` for which every name under `localhost` is this machine (RFC 6761, 6.3), as browsers have it; the C library does
 * not everywhere.
 */
export function createLocalFetch(): typeof globalThis.fetch {
  const agent = new Agent({
    connect: {
      lookup: (hostname, options, callback) => {
        if (!/(^|\.)localhost$/i.test(hostname)) return lookup(hostname, options, callback)
        if (options.all) callback(null, [{ address: '127.0.0.1', family: 4 }])
        else callback(null, '127.0.0.1', 4)
      },
    },
  })
  return ((input: string | URL, init?: object) =>
    undiciFetch(input, { ...init, dispatcher: agent })) as unknown as typeof globalThis.fetch
}
