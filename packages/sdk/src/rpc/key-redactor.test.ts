import { expect, it } from 'vitest'
import { keyRedactor } from './key-redactor.ts'

it.each([
  ['https://a.example/v2/abc123', 'invalid key abc123 (v2)', 'invalid key … (v2)'],
  ['https://user:pa%24s@a.example/', 'no pa$s for user, pa%24s', 'no … for …, …'],
  ['https://a.example/?key=abcd&x=1', 'abcd is spent; 1 more', '… is spent; 1 more'],
  ['https://a.example/abcd/abcdef', 'abcdef, abcd', '…, …'],
  ['https://a.example/%zz', 'at %zz: a.example', 'at %zz: a.example'],
  ['https://a.example', 'a.example is busy', 'a.example is busy'],
])('takes what %s holds beyond its origin out of an answer', (url, said, left) => {
  expect(keyRedactor(url)(said)).toBe(left)
})
