import { expect, it } from 'vitest'
import { parseDnsAddress } from './dns-address.ts'

it.each([
  ['1.1.1.1', { host: '1.1.1.1', port: 53 }],
  ['127.0.0.1:5300', { host: '127.0.0.1', port: 5300 }],
  ['[::1]:5300', { host: '::1', port: 5300 }],
  ['ns.example.net', { host: 'ns.example.net', port: 53 }],
])('reads %s', (text, address) => expect(parseDnsAddress(text, 'dns.resolvers[0]')).toEqual(address))

it.each(['', ':53', '1.1.1.1:0', '1.1.1.1:70000', 'a:b:c'])('refuses %j and says where it stands', (text) => {
  expect(() => parseDnsAddress(text, 'dns.resolvers[0]')).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining('dns.resolvers[0]') }),
  )
})
