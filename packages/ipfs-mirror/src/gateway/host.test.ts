import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import { expect, it } from 'vitest'
import { parseHost } from './host.ts'

const ROOT = 'bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi'

it.each([
  ['127.0.0.1', { kind: 'address' }],
  ['127.0.0.1:8080', { kind: 'address' }],
  ['[::1]:8080', { kind: 'address' }],
  ['localhost', { kind: 'address' }],
  ['LOCALHOST:80', { kind: 'address' }],
  ['example.com', { kind: 'site', name: 'example.com' }],
  ['example.com:', { kind: 'site', name: 'example.com' }],
  ['Example.COM.:443', { kind: 'site', name: 'example.com' }],
  ['example.com.localhost:8080', { kind: 'site', name: 'example.com' }],
  [`${ROOT}.ipfs.localhost:1`, { kind: 'content', name: `${ROOT}.ipfs.localhost`, root: CID.parse(ROOT) }],
])('reads %s', (header, host) => {
  expect(parseHost(header)).toEqual(host)
})

it.each([
  undefined,
  '',
  ' ',
  '.',
  'a..b',
  '.example.com',
  'exa mple.com',
  'example.com:port',
  'example.com:123456',
  'example.com/..',
  'user@example.com',
  'example.com, other.com',
  'ex\u00e4mple.com',
  '[::1',
  '[127.0.0.1]',
  `${'a'.repeat(64)}.com`,
  `${'a.'.repeat(127)}com`,
  'not-a-cid.ipfs.localhost',
])('refuses %j', (header) => {
  expect(parseHost(header)).toBeUndefined()
})

it('gives any text back as a plain lower-case name, or nothing', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const host = parseHost(text)
      if (host?.kind === 'site') expect(host.name).toMatch(/^[a-z0-9._-]{1,253}$/)
    }),
  )
})
