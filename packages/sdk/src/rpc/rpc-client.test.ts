import { expect, it } from 'vitest'
import { startServer } from '../http-server.test.support.ts'
import { createRpcClient } from './rpc-client.ts'

it.each([
  ['7', 'in 7 s'],
  ['9'.repeat(30), 'in a day or more'],
  ['\x9b31mnow', 'later'],
])('says when to try again where an operator limits our rate: %#', async (value, when) => {
  await using server = await startServer((_, response) => void response.writeHead(429, { 'retry-after': value }).end())
  const client = createRpcClient({ url: server.url })
  await expect(client.batch([{ method: 'eth_chainId', params: [] }])).rejects.toMatchObject({
    code: 'RPC_RATE_LIMITED',
    message: `${server.url} limits our rate; try again ${when}.`,
  })
})
