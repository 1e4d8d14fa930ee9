import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDomainName } from './domain-name.ts'

const code = (input: string) => {
  try {
    return parseDomainName(input)
  } catch (error) {
    return (error as { code: string }).code
  }
}

describe('parseDomainName', () => {
  it.each([
    ['bbbhhai.com', 'bbbhhai.com'],
    ['BBBHHAI.com', 'bbbhhai.com'],
    ['example.com.', 'example.com'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['faß.de', 'xn--fa-hia.de'],
    ['r3---sn.example.com', 'r3---sn.example.com'],
  ])('normalises %s to %s', (input, name) => expect(parseDomainName(input)).toBe(name))

  it.each([
    ['', 'NAME_EMPTY'],
    ['.', 'NAME_EMPTY'],
    ['a..b', 'NAME_INVALID'],
    ['.a.b', 'NAME_INVALID'],
    ['com', 'NAME_INVALID'],
    ['a_b.com', 'NAME_INVALID'],
    ['a b.com', 'NAME_INVALID'],
    [`${'a'.repeat(64)}.com`, 'NAME_INVALID'],
    [`${'a.'.repeat(130)}com`, 'NAME_INVALID'],
    ['127.0.0.1', 'NAME_IS_IP'],
    ['0x7f.1', 'NAME_IS_IP'],
    ['2130706433', 'NAME_IS_IP'],
    ['１２７.0.0.1', 'NAME_IS_IP'],
    ['[::1]', 'NAME_IS_IP'],
    ['::ffff:127.0.0.1', 'NAME_IS_IP'],
    ['https://example.com', 'NAME_INVALID'],
    ['example.com/../x', 'NAME_INVALID'],
    ['a\0b.com', 'NAME_INVALID'],
  ])('refuses %j with %s', (input, expected) => expect(code(input)).toBe(expected))

  it('gives only names that it gives back unchanged', () => {
    fc.assert(
      fc.property(fc.oneof(fc.domain(), fc.string({ unit: 'grapheme', maxLength: 30 })), (input) => {
        const name = code(input)
        if (!name.startsWith('NAME_')) expect(parseDomainName(name)).toBe(name)
      }),
      { numRuns: 500 },
    )
  })
})
