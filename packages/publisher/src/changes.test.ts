import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { changesBetween } from './changes.ts'

const file = (path: string, sha256 = 'a') => ({ path, sha256 })

describe('changesBetween', () => {
  it('names what was added, changed and removed', () => {
    const before = [file('a'), file('b'), file('c')]
    const after = [file('a'), file('b', 'other'), file('d')]
    expect(changesBetween(before, after)).toEqual([
      { kind: 'changed', path: 'b' },
      { kind: 'removed', path: 'c' },
      { kind: 'added', path: 'd' },
    ])
  })

  it('leaves the release key out', () => {
    expect(changesBetween([], [file('.well-known/domainsync/pq.spki')])).toEqual([])
  })

  it('finds exactly the changes that turn one list into the other', () => {
    const files = fc.uniqueArray(
      fc.record({ path: fc.constantFrom('a', 'b', 'c', 'd', 'e'), sha256: fc.constantFrom('1', '2') }),
      {
        selector: ({ path }) => path,
      },
    )
    fc.assert(
      fc.property(files, files, (before, after) => {
        const result = new Map<string, string>(before.map(({ path, sha256 }) => [path, sha256]))
        for (const { kind, path } of changesBetween(before, after)) {
          if (kind === 'removed') result.delete(path)
          else result.set(path, after.find((f) => f.path === path)!.sha256)
        }
        expect(Object.fromEntries(result)).toEqual(Object.fromEntries(after.map(({ path, sha256 }) => [path, sha256])))
      }),
    )
  })
})
