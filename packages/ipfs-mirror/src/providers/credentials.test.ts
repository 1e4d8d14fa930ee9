import fc from 'fast-check'
import { expect, it } from 'vitest'
import { withoutSecrets } from './credentials.ts'

const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig'

it.each([
  [`Bearer ${TOKEN}, ${TOKEN}.`, 'Bearer …, ….'],
  [`cut at the end: ${TOKEN.slice(0, 20)}`, 'cut at the end: …'],
  [`cut in the middle: ${TOKEN.slice(0, 20)}[…] is expired`, 'cut in the middle: …[…] is expired'],
  [`${TOKEN}${TOKEN}`, '……'],
  ['nothing of it', 'nothing of it'],
])('takes a token out of %j, also a part of one', (text, clean) => {
  expect(withoutSecrets(text, { token: TOKEN })).toBe(clean)
})

it('takes out a password as JSON and URLs write it, and one that is short', () => {
  const password = 'a"b/ç d\\e'
  const text = `${JSON.stringify({ password })} ${encodeURIComponent(password)} ${btoa('me:pw')}`
  expect(withoutSecrets(text, { user: 'me', password })).toBe(`{"password":"…"} … ${btoa('me:pw')}`)
  expect(withoutSecrets(`${btoa('me:pw')} pw`, { user: 'me', password: 'pw' })).toBe('… …')
})

it('leaves no secret whole, wherever it stands', () => {
  const secret = fc.string({ minLength: 9, maxLength: 40 })
  fc.assert(
    fc.property(secret, fc.array(fc.string()), (token, texts) => {
      expect(withoutSecrets(texts.join(token), { token })).not.toContain(token)
    }),
  )
})
