import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import type { Replica } from '@domainsync/core'
import { carBytes } from '@domainsync/sdk'
import { describe, expect, it, onTestFinished } from 'vitest'
import { siteBlocks } from '../gateway/site-blocks.test.support.ts'
import { createFourEverlandReplica } from './4everland.ts'
import { createEmbeddedReplica } from './embedded.ts'
import { createFilebaseReplica } from './filebase.ts'
import { createIpfsClusterReplica } from './ipfs-cluster.ts'
import { createKuboReplica } from './kubo.ts'
import { createLighthouseReplica } from './lighthouse.ts'
import { createPinataReplica } from './pinata.ts'
import { createPsaReplica } from './psa.ts'
import { RETRY_POLICY } from './retrying.ts'
import { withRetries } from './with-retries.ts'

const TOKEN = 'a-token-that-nobody-may-see'
const place = (url: string) => ({ name: 'it', failureDomain: 'x', url, gatewayUrl: url, token: TOKEN })

/** Every driver that talks to somebody, pointed at a URL. */
const DRIVERS: Record<string, (url: string) => Replica> = {
  embedded: (url) => createEmbeddedReplica(place(url)),
  kubo: (url) => createKuboReplica({ ...place(url), rpcUrl: url }),
  'ipfs-cluster': (url) => createIpfsClusterReplica({ ...place(url), credentials: { user: 'me', password: TOKEN } }),
  psa: (url) => createPsaReplica({ ...place(url), credentials: { token: TOKEN } }),
  pinata: (url) => createPinataReplica({ ...place(url), uploadUrl: url, gatewayToken: TOKEN }),
  filebase: (url) => createFilebaseReplica(place(url)),
  '4everland': (url) => createFourEverlandReplica(place(url)),
  lighthouse: (url) => createLighthouseReplica({ ...place(url), uploadUrl: url }),
}

/** A provider that answers everything with a fault; it repeats what it was sent, as some do. */
const FAULTS: Record<string, { code: string; says: RegExp; listener: RequestListener }> = {
  '401': { code: 'TOKEN_REJECTED', says: /set one that it takes/, listener: status(401) },
  '402': { code: 'PAYMENT_REQUIRED', says: /wants to be paid/, listener: status(402) },
  '413': { code: 'REPLICA_FULL', says: /larger plan/, listener: status(413) },
  '429 with Retry-After': { code: 'RATE_LIMITED', says: /in 7 s/, listener: status(429, { 'retry-after': '7' }) },
  'a Retry-After without reason': {
    code: 'RATE_LIMITED',
    says: /in a day or more/,
    listener: status(429, { 'retry-after': '9'.repeat(20) }),
  },
  'a redirect': {
    code: 'REPLICA_FAILED',
    says: /answered 302 and redirects to http:.*there; correct its URL/,
    listener: status(302, { location: `/there?token=${TOKEN}` }),
  },
  'a page for browsers': {
    code: 'REPLICA_FAILED',
    says: /answered 400 with a web page; correct its URL/,
    listener: (request, response) => {
      request.resume()
      request.on('end', () => response.writeHead(400).end('<!doctype html><title>Welcome</title>'))
    },
  },
  '500': { code: 'REPLICA_FAILED', says: /answered 500/, listener: status(500) },
  hang: { code: 'REPLICA_TIMEOUT', says: /in time/, listener: () => undefined },
  'reset in the middle': {
    code: 'REPLICA_RESET',
    says: /in the middle/,
    listener(_, response) {
      response.writeHead(200, { 'content-length': '1000' }).write('{')
      setTimeout(() => response.destroy(), 20)
    },
  },
}

/** That nothing is kept, in the words of every vendor. */
const EMPTY = '{"data":{"files":null},"fileList":[],"peer_map":{}}'

const { root, blocks } = await siteBlocks({ 'index.html': 'hi' })

describe.each(Object.entries(DRIVERS))('%s', (_, create) => {
  it.each(Object.entries(FAULTS))('tells what went wrong: %s', async (_, { code, says, listener }) => {
    const replica = create(await serve(listener))
    const call = { timeoutMs: code === 'REPLICA_TIMEOUT' ? 100 : 10_000 }
    const calls = [
      () => replica.status(root, call),
      () => replica.source.get(root, call),
      () => replica.remove?.(root, call),
      () => replica.upload?.(root, () => carBytes([root], each(blocks)), call),
      () => replica.pull?.(root, ['/ip4/192.0.2.1/tcp/4001'], call),
    ]
    for (const one of calls) {
      const error = await Promise.resolve(one()).catch((thrown: unknown) => thrown)
      if (error === undefined) continue
      expect(error).toMatchObject({ code, message: expect.stringMatching(says) })
      for (const text of [String(error), (error as Error).stack, JSON.stringify(error), inspect(error, { depth: 9 })]) {
        expect(text).not.toContain(TOKEN)
      }
    }
  })

  it('is asked once when it redirects', async () => {
    let asked = 0
    const url = await serve((request, response) => {
      asked++
      status(301, { location: '/there' })(request, response)
    })
    await expect(withRetries(create(url)).status(root)).rejects.toMatchObject({ code: 'REPLICA_FAILED' })
    expect(asked).toBe(1)
  })

  it('is asked again when it only had a bad moment, and told so in the end when it has not', async () => {
    let asked = 0
    const url = await serve((request, response) => {
      asked++
      status(503)(request, response)
    })
    const replica = withRetries(create(url), { ...RETRY_POLICY, firstDelayMs: 1 })
    await expect(replica.status(root)).rejects.toMatchObject({ code: 'REPLICA_FAILED' })
    expect(asked).toBe(3)
  })
})

it.each(Object.entries(DRIVERS))('reads no answer of %s without end', async (_, create) => {
  for (const status of [200, 500]) {
    let sentBytes = 0
    const url = await serve((request, response) => {
      request.resume()
      response.writeHead(status, { 'content-type': 'application/json' })
      const chunk = Buffer.alloc(1024 * 1024, ' ')
      const push = () => {
        while (!response.destroyed && sentBytes < 256 * chunk.length) {
          sentBytes += chunk.length
          if (!response.write(chunk)) return void response.once('drain', push)
        }
        response.end()
      }
      push()
    })
    const says = status === 200 ? /sends more than .* correct its URL/ : /answered 500/
    await expect(create(url).status(root)).rejects.toMatchObject({
      code: 'REPLICA_FAILED',
      message: expect.stringMatching(says),
      retryable: status === 500,
    })
    expect(sentBytes).toBeLessThan(64 * 1024 * 1024)
  }
})

it('shows nothing of a long token that a provider repeats, wherever that is cut', async () => {
  const token = randomBytes(350).toString('hex')
  const url = await serve((_, response) => {
    response.writeHead(400).end(`you sent ${token}; ${token.slice(0, 500)}; it was ${token}, ${token.slice(0, 12)}`)
  })
  const replica = createPinataReplica({ ...place(url), uploadUrl: url, token })
  const error = await replica.status(root).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ message: 'it answered 400: you sent …; …; it was …, …' })
})

describe('an answer that is not of its vendor', () => {
  const lists = '"data":{"files":[null]},"results":[null],"fileList":[null],"peer_map":{"a":null},"Keys":5,"status":5'
  const pages = ['null', '5', '"x"', '[]', '[null]', `{${lists}}`, '<html>welcome</html>', `not json ${TOKEN}`, '']

  it.each(Object.entries(DRIVERS))(
    'is refused with what to do, not tried again, and not quoted: %s',
    async (_, create) => {
      let answer = ''
      let asked = 0
      const url = await serve((request, response) => {
        asked++
        request.resume()
        response.end(answer)
      })
      const replica = withRetries(create(url))
      for (answer of pages) {
        const error = await replica.status(root).catch((thrown: unknown) => thrown)
        const message = expect.stringMatching(/^it does not answer as .* does; correct its URL\.$/)
        expect({ answer, error }).toMatchObject({ error: { code: 'REPLICA_FAILED', message, retryable: false } })
        expect(inspect(error, { depth: 9 })).not.toContain(TOKEN)
      }
      expect(asked).toBe(pages.length)
    },
  )

  it('is refused where a CAR was sent', async () => {
    let answer = ''
    const url = await serve((request, response) => {
      request.resume()
      request.on('end', () =>
        response.end(request.method === 'GET' || /pin\/ls/.test(request.url ?? '') ? EMPTY : answer),
      )
    })
    for (const create of [DRIVERS.pinata, DRIVERS.kubo, DRIVERS['ipfs-cluster'], DRIVERS.lighthouse]) {
      for (answer of ['5', '{"Root":5,"data":5}']) {
        await expect(create?.(url).upload?.(root, () => carBytes([root], each(blocks)))).rejects.toMatchObject({
          code: 'REPLICA_FAILED',
          message: expect.stringContaining('does not answer as'),
        })
      }
    }
  })
})

it('counts what a packed answer unpacks to', async () => {
  const spaces = Buffer.concat(Array(64).fill(gzipSync(Buffer.alloc(1024 * 1024, ' '))))
  const url = await serve((_, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' })
    response.end(Buffer.concat([spaces, gzipSync('{"data":{"files":[]}}')]))
  })
  await expect(DRIVERS.pinata!(url).status(root)).rejects.toMatchObject({ code: 'REPLICA_FAILED', retryable: false })
})

it('keeps a user and a password in a URL out of requests and messages', async () => {
  const seen: (string | undefined)[] = []
  const url = await serve((request, response) => {
    seen.push(request.url, request.headers.authorization)
    status(400)(request, response)
  })
  const replica = createKuboReplica({ ...place(''), rpcUrl: url.replace('//', `//me:${TOKEN}@`), token: undefined })
  const error = await replica.status(root).catch((thrown: unknown) => thrown)
  expect(inspect(error, { depth: 9 })).not.toContain(TOKEN)
  expect(seen).toEqual([expect.not.stringContaining(TOKEN), `Basic ${Buffer.from(`me:${TOKEN}`).toString('base64')}`])
})

/** Answers with a status, and with the credentials that came. */
function status(code: number, headers: Record<string, string> = {}): RequestListener {
  return (request, response) => {
    request.resume()
    const { authorization = '' } = request.headers
    const plain = Buffer.from(authorization.split(' ')[1] ?? '', 'base64').toString()
    const message = `you sent ${authorization} (${plain}) ${request.headers['x-pinata-gateway-token'] ?? ''}`
    request.on('end', () => response.writeHead(code, headers).end(JSON.stringify({ message })))
  }
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function* each<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items
}
