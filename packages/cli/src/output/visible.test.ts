import { describe, expect, it } from 'vitest'
import { visible, visibleName, visibleText } from './visible.ts'

describe('what goes to a terminal', () => {
  it('keeps colours and line feeds, and shows every other control character', () => {
    expect(visible('\x1b[31mred\x1b[39m\nnext')).toBe('\x1b[31mred\x1b[39m\nnext')
    expect(visible('a\rb\x1b]0;title\x07\x9bc')).toBe('a\\x0db\\x1b]0;title\\x07\\x9bc')
  })

  it('lets a name neither colour nor break its line', () => {
    expect(visibleName('a\x1b[31mred\nnew\r.txt')).toBe('a\\x1b[31mred\\x0anew\\x0d.txt')
    expect(visibleName('über/plain name.html')).toBe('über/plain name.html')
  })

  it('keeps the lines of a text, and nothing else that moves or turns it', () => {
    expect(visibleText('one\n\x1b[31mtwo\u202ethree')).toBe('one\n\\x1b[31mtwo\\u{202e}three')
  })
})
