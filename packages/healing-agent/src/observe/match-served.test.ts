import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fileOf, matchServed } from './match-served.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const files = [
  { path: '404.html', sha256: sha256('not found') },
  { path: 'about/index.html', sha256: sha256('about') },
  { path: 'index.html', sha256: sha256('home') },
  { path: 'ümlaut.html', sha256: sha256('uml') },
]
const answer = (body: string, status = 200) => ({ status, body: Buffer.from(body) })

describe('matchServed', () => {
  it.each([
    ['/', 'home'],
    ['/index.html', 'home'],
    ['/about', 'about'],
    ['/about/', 'about'],
    ['/about/?q=1#x', 'about'],
    ['/%C3%BCmlaut.html', 'uml'],
  ])('takes the listed bytes for %s', (path, body) => {
    expect(matchServed(files, path, answer(body))).toEqual({ kind: 'match' })
    expect(matchServed(files, path, answer(`${body}!`))).toEqual({ kind: 'mismatch', sha256: sha256(`${body}!`) })
  })

  it('takes an error for a listed path as not served', () => {
    expect(matchServed(files, '/', answer('not found', 404))).toEqual({ kind: 'not-served', status: 404 })
    expect(matchServed(files, '/', answer('', 502))).toEqual({ kind: 'not-served', status: 502 })
  })

  it('lets an unlisted path fail or show listed bytes, and nothing else', () => {
    expect(matchServed(files, '/gone', answer('not found', 404)).kind).toBe('match')
    expect(matchServed(files, '/gone', answer('whatever', 500)).kind).toBe('match')
    expect(matchServed(files, '/old', answer('home')).kind).toBe('match')
    expect(matchServed(files, '/old', answer('planted')).kind).toBe('mismatch')
  })

  it('never takes other bytes for a listed path, however it is written', () => {
    fc.assert(
      fc.property(fc.constantFrom('/', '/index.html', '/about'), fc.uint8Array(), (path, body) => {
        const same = ['home', 'about'].some((text) => Buffer.from(text).equals(Buffer.from(body)))
        expect(same || matchServed(files, path, { status: 200, body }).kind === 'mismatch').toBe(true)
      }),
    )
  })
})

it('does not fail on a path that is no valid encoding', () => {
  expect(fileOf(files, '/%E0%A4%A')).toBeUndefined()
})
