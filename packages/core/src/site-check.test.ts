import { expect, it } from 'vitest'
import { failedCheck } from './site-check.ts'

const answer = (status: number, text: string) => ({ status, body: new TextEncoder().encode(text) })

it('passes a page with the status and the text', () => {
  expect(failedCheck({ path: '/', status: 200, contains: 'grüß' }, answer(200, 'grüß dich'))).toBeUndefined()
  expect(failedCheck({ path: '/', status: 404 }, answer(404, ''))).toBeUndefined()
})

it('says what is wrong with a page', () => {
  expect(failedCheck({ path: '/', status: 200 }, answer(404, ''))).toBe('status 404, expected 200')
  expect(failedCheck({ path: '/', status: 200, contains: 'x' }, answer(200, 'y'))).toBe('"x" is not on the page')
})
