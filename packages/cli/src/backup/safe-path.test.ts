import { describe, expect, it } from 'vitest'
import { pathBelow, requireSafePath } from './safe-path.ts'

describe('a path of a backup', () => {
  it.each(['a', 'a/b.db', 'state/node-1', '..a/b', 'a b/ü'])('may be %s', (path) => {
    expect(requireSafePath(path)).toBe(path)
  })

  it.each([
    '',
    '.',
    '..',
    '../a',
    'a/..',
    'a/../b',
    '/a',
    'a//b',
    'a/',
    './a',
    'a\0b',
    'a\nb',
    'a\\b',
    'x'.repeat(256),
    `${'x/'.repeat(999)}x`,
    '\ud800',
  ])('may not be %j', (path) => {
    expect(() => requireSafePath(path)).toThrow(expect.objectContaining({ code: 'BACKUP_MALFORMED' }))
  })

  it('is one below the folder, or none', () => {
    expect(pathBelow('/srv/x', 'state/a.db')).toBe('state/a.db')
    expect(pathBelow('/srv/x', '/srv/x/state/../a')).toBe('a')
    expect(pathBelow('/srv/x', '/srv/y')).toBeUndefined()
    expect(pathBelow('/srv/x', '.')).toBeUndefined()
  })
})
