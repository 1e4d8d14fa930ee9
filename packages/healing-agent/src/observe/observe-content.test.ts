import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Copy, countCopies } from './observe-content.ts'

const copies = (text: string, failureDomains = 'abc'): Copy[] =>
  [...text].map((letter, index) => {
    const copy = ({ s: 'stored', m: 'missing', u: 'unknown' } as const)[letter.toLowerCase() as 's' | 'm' | 'u']
    return { name: `r${index}`, failureDomain: failureDomains[index]!, copy, spare: letter === letter.toUpperCase() }
  })

describe('countCopies', () => {
  it.each([
    ['sss', 'yes'],
    ['ssm', 'yes'],
    ['smm', 'no'],
    ['sum', 'unknown'],
    ['umm', 'no'],
    ['uuu', 'unknown'],
    ['smS', 'yes'],
    ['smM', 'no'],
    ['smU', 'no'],
  ])('judges %s as %s when two are needed', (text, enough) => {
    expect(countCopies(copies(text), { need: 2, minFailureDomains: 2 }).enough).toBe(enough)
  })

  it('counts failure domains, not names', () => {
    expect(countCopies(copies('sss', 'aaa'), { need: 2, minFailureDomains: 2 }).enough).toBe('no')
    expect(countCopies(copies('ssu', 'aab'), { need: 2, minFailureDomains: 2 }).enough).toBe('unknown')
    expect(countCopies(copies('sss', 'aaa'), { need: 2, minFailureDomains: 1 }).enough).toBe('yes')
  })

  it('never says yes with fewer stored copies than needed, nor no while unknown ones could be enough', () => {
    const letters = fc.array(fc.constantFrom('s', 'm', 'u'), { maxLength: 6 })
    fc.assert(
      fc.property(letters, fc.integer({ min: 1, max: 4 }), (list, need) => {
        const stored = list.filter((letter) => letter === 's').length
        const missing = list.filter((letter) => letter === 'm').length
        const { enough } = countCopies(copies(list.join(''), 'abcdef'), { need, minFailureDomains: 2 })
        expect(enough).toBe(stored >= need ? 'yes' : list.length - missing >= need ? 'unknown' : 'no')
      }),
    )
  })
})
