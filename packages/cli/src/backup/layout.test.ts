import { describe, expect, it } from 'vitest'
import { decodeContents, decodeLayout, encodeContents, encodeLayout } from './layout.ts'

const layout = {
  config: 'domainsync.config.ts',
  journal: 'state/domainsync.db',
  publisher: null,
  stores: [{ name: 'one', path: 'state/one' }],
  files: [{ entry: 'files/1', path: 'domainsync.config.ts' }],
  secrets: { env: ['RPC'], files: [] },
  moved: [],
}

describe("an archive's layout", () => {
  it('is read as it was written', () => {
    expect(decodeLayout(encodeLayout(layout))).toEqual({ version: 1, ...layout })
  })

  it.each([
    ['a path that leads out', { journal: '../domainsync.db' }],
    ['an absolute path', { stores: [{ name: 'one', path: '/srv/one' }] }],
    ['the same place twice', { journal: 'state/one' }],
    ['a place below a file', { stores: [{ name: 'one', path: 'state/domainsync.db/one' }] }],
    ['a configuration that is not among its files', { config: 'other.ts' }],
    ['an unknown key', { more: 1 }],
    ['nothing of what it needs', { files: undefined }],
  ])('is refused with %s', (_what, change) => {
    const bytes = Buffer.from(JSON.stringify({ version: 1, ...layout, ...change }))
    expect(() => decodeLayout(bytes)).toThrow(expect.objectContaining({ code: 'BACKUP_MALFORMED' }))
  })

  it('is refused when it is of another version, or no JSON', () => {
    for (const bytes of [
      Buffer.from(JSON.stringify({ ...layout, version: 2 })),
      Buffer.from('{'),
      Buffer.from([0xff]),
    ]) {
      expect(() => decodeLayout(bytes)).toThrow(expect.objectContaining({ code: 'BACKUP_MALFORMED' }))
    }
  })
})

it("an archive's contents are read as they were written, and nothing else", () => {
  const contents = { releases: [{ root: 'bafy', domain: null, release: null, stores: ['one'] }], missing: [] }
  expect(decodeContents(encodeContents(contents))).toEqual({ version: 1, ...contents })
  expect(() => decodeContents(Buffer.from('{}'))).toThrow(expect.objectContaining({ code: 'BACKUP_MALFORMED' }))
})
