import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { rawCidFromSha256 } from '@domainsync/core'
import { describe, expect, it } from 'vitest'
import { startServer } from '../http-server.test.support.ts'
import { createGateway } from './gateway.ts'
import { MAX_BLOCK_BYTES } from './verify-block.ts'

const BYTES = new TextEncoder().encode('a block')
const cid = rawCidFromSha256(createHash('sha256').update(BYTES).digest())

describe('createGateway', () => {
  it('asks for one raw block as the trustless gateway specification says', async () => {
    await using server = await startServer((request, response) => {
      const isRight = request.headers.accept === 'application/vnd.ipld.raw' && request.headers['x-token'] === 'secret'
      response.statusCode = isRight ? 200 : 400
      response.end(BYTES)
    })
    const gateway = createGateway({ url: `${server.url}/base/`, headers: { 'x-token': 'secret' } })
    expect(await gateway.get(cid)).toEqual(BYTES)
    expect(server.asked).toEqual([`/base/ipfs/${cid}?format=raw`])
    expect(gateway.name).toBe(new URL(server.url).host)
  })

  describe('that redirects', () => {
    const tokens = ({ headers }: IncomingMessage) => [headers['x-token'], headers.authorization]

    it('gets the headers meant for it, and another origin does not, nor does it on the way back', async () => {
      const seen: unknown[] = []
      await using other = await startServer((request, response) => {
        seen.push(['other', ...tokens(request)])
        response.writeHead(307, { location: `${server.url}/last` }).end()
      })
      await using server = await startServer((request, response) => {
        seen.push([request.url, ...tokens(request)])
        if (request.url === '/last') response.end(BYTES)
        else response.writeHead(302, { location: request.url === '/here' ? other.url : '/here' }).end()
      })
      const url = server.url.replace('//', '//me:pw@')
      expect(await createGateway({ url, headers: { 'x-token': 'secret' } }).get(cid)).toEqual(BYTES)
      const basic = `Basic ${btoa('me:pw')}`
      expect(seen).toEqual([
        [`/ipfs/${cid}?format=raw`, 'secret', basic],
        ['/here', 'secret', basic],
        ['other', undefined, undefined],
        ['/last', undefined, undefined],
      ])
    })

    it('without an end is refused with what to do', async () => {
      await using server = await startServer(
        (_, response) => void response.writeHead(301, { location: '/again' }).end(),
      )
      await expect(createGateway({ url: server.url, headers: { 'x-token': 'secret' } }).get(cid)).rejects.toMatchObject(
        {
          code: 'GATEWAY_HTTP',
          message: expect.stringContaining('set its URL to where that leads'),
        },
      )
    })

    it('is followed by a gateway without headers of its own', async () => {
      await using server = await startServer((request, response) => {
        if (request.url === '/there') response.end(BYTES)
        else response.writeHead(307, { location: '/there' }).end()
      })
      expect(await createGateway({ url: server.url }).get(cid)).toEqual(BYTES)
    })
  })

  it.each([404, 410])('takes %i as absent', async (status) => {
    await using server = await startServer((_, response) => {
      response.statusCode = status
      response.end('no')
    })
    expect(await createGateway({ url: server.url }).get(cid)).toBeUndefined()
  })

  it.each([
    [400, 'GATEWAY_HTTP'],
    [401, 'GATEWAY_UNAUTHORIZED'],
    [402, 'GATEWAY_PAYMENT_REQUIRED'],
    [403, 'GATEWAY_UNAUTHORIZED'],
    [429, 'GATEWAY_RATE_LIMITED'],
    [500, 'GATEWAY_UNAVAILABLE'],
    [504, 'GATEWAY_UNAVAILABLE'],
  ])('codes status %i as %s, never as absent', async (status, code) => {
    await using server = await startServer((_, response) => {
      response.writeHead(status, { 'retry-after': '7' })
      response.end()
    })
    await expect(createGateway({ url: server.url }).get(cid)).rejects.toMatchObject({
      code,
      message: expect.stringContaining('try again in 7 s'),
    })
  })

  it('reads no more than a block of a body without end', async () => {
    await using server = await startServer((_, response) => {
      const chunk = new Uint8Array(65_536)
      const push = () => {
        while (!response.destroyed && response.write(chunk));
      }
      response.on('drain', push)
      push()
    })
    await expect(createGateway({ url: server.url }).get(cid)).rejects.toMatchObject({
      code: 'BLOCK_TOO_LARGE',
      message: expect.stringContaining(`${MAX_BLOCK_BYTES}`),
    })
  })

  it('tells a gateway that is gone from one that is silent, and obeys an abort', async () => {
    const server = await startServer(() => {})
    const gateway = createGateway({ url: server.url, timeoutMs: 100 })
    await expect(gateway.get(cid)).rejects.toMatchObject({ code: 'GATEWAY_TIMEOUT' })
    const reason = new Error('enough')
    const controller = new AbortController()
    const reading = gateway.get(cid, { signal: controller.signal, timeoutMs: 10_000 })
    controller.abort(reason)
    await expect(reading).rejects.toBe(reason)
    await server[Symbol.asyncDispose]()
    await expect(gateway.get(cid)).rejects.toMatchObject({ code: 'GATEWAY_UNREACHABLE' })
  })

  it('streams a CAR, and fails when it is cut or stalls', async () => {
    let end = (_: import('node:http').ServerResponse) => {}
    await using server = await startServer((_, response) => {
      response.write('first')
      setImmediate(() => end(response))
    })
    const gateway = createGateway({ url: server.url, timeoutMs: 200 })
    const read = async () => {
      const chunks: Uint8Array[] = []
      for await (const chunk of gateway.car(cid)) chunks.push(chunk)
      return Buffer.concat(chunks).toString()
    }
    end = (response) => response.end(' second')
    expect(await read()).toBe('first second')
    expect(server.asked[0]).toBe(`/ipfs/${cid}?format=car&dag-scope=all`)
    end = (response) => response.destroy()
    await expect(read()).rejects.toMatchObject({ code: 'GATEWAY_RESET' })
    await expect(gateway.get(cid)).rejects.toMatchObject({
      code: 'GATEWAY_RESET',
      message: expect.stringContaining('in the middle'),
    })
    end = () => {}
    await expect(read()).rejects.toMatchObject({ code: 'GATEWAY_TIMEOUT' })
  })

  it.each(['', 'no url', 'file:///etc/passwd', 'ftp://x.example'])('refuses the URL %j', (url) => {
    expect(() => createGateway({ url })).toThrow(expect.objectContaining({ code: 'GATEWAY_URL_INVALID' }))
  })

  it('sends credentials of the URL and never shows them', async () => {
    await using server = await startServer((request, response) => {
      response.statusCode = request.headers.authorization === `Basic ${btoa('me:secret')}` ? 500 : 200
      response.end()
    })
    const gateway = createGateway({ url: server.url.replace('//', '//me:secret@') })
    const error: unknown = await gateway.get(cid).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'GATEWAY_UNAVAILABLE' })
    expect(`${(error as Error).message} ${gateway.name}`).not.toContain('secret')
  })
})
