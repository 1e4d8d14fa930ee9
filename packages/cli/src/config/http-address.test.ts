import { describe, expect, it } from 'vitest'
import { httpAddressFault } from './http-address.ts'
import { readHttpAddress } from './secret.ts'

describe('an address of an HTTP server', () => {
  it.each([
    ['127.0.0.1:5001', 'http://127.0.0.1:5001'],
    ['localhost:5001', 'http://localhost:5001'],
    ['[::1]:5001', 'http://[::1]:5001'],
    ['/ip4/127.0.0.1/tcp/5001', 'http://127.0.0.1:5001'],
    ['/ip6/::1/tcp/5001/http', 'http://[::1]:5001'],
    ['/dns4/node.example/tcp/443/https', 'https://node.example:443'],
    ['gateway.example', 'https://gateway.example'],
    // A path may hold a key, which belongs in no message.
    ['rpc.example/v2/KEY', 'https://rpc.example and what follows'],
    ['htp://node.example', 'one such as http://127.0.0.1:5001'],
    ['not an address', 'one such as http://127.0.0.1:5001'],
    ['http://', 'one such as http://127.0.0.1:5001'],
  ])('%s is none, and is told how to write it', (text, meant) => {
    expect(httpAddressFault(text)).toBe(`this is no http address; write ${meant}`)
  })

  it.each(['http://127.0.0.1:5001', 'https://rpc.example/v2/KEY', 'HTTP://[::1]:80/'])('%s is one', (text) =>
    expect(httpAddressFault(text)).toBeUndefined(),
  )

  it('is refused without being shown when it comes from a secret', async () => {
    const context = { folder: '.', env: { KUBO: 'secret.example:5001/KEY' } }
    await expect(readHttpAddress({ env: 'KUBO' }, context, 'providers."x".rpcUrl')).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message:
        'providers."x".rpcUrl: the environment variable KUBO holds no http address; it must begin with http:// or https://, as in http://127.0.0.1:5001.',
    })
  })
})
