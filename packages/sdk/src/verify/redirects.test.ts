import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matchRedirect, parseRedirects } from './redirects.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const match = (rules: string, path: string) => {
  const names = path.split('/').filter((name) => name !== '')
  return matchRedirect(parseRedirects(bytes(rules)), names)
}

describe('the examples of the specification', () => {
  const rules = `/redirect-one /one.html
/301-redirect-one /one.html 301
/302-redirect-two /two.html 302
/200-index /index.html 200
/posts/:year/:month/:day/:title /articles/:year/:month/:day/:title 301
/splat/* /redirected-splat/:splat 301
/not-found/* /404.html 404
/gone/* /410.html 410
/unavail/* /451.html 451
/* /index.html 200
`
  it.each([
    ['/redirect-one', 301, '/one.html'],
    ['/301-redirect-one', 301, '/one.html'],
    ['/302-redirect-two', 302, '/two.html'],
    ['/200-index', 200, '/index.html'],
    ['/posts/2022/01/01/hello-world', 301, '/articles/2022/01/01/hello-world'],
    ['/splat/one/two.html', 301, '/redirected-splat/one/two.html'],
    ['/not-found/has-no-redirects-entry', 404, '/404.html'],
    ['/gone/has-no-redirects-entry', 410, '/410.html'],
    ['/unavail/has-no-redirects-entry', 451, '/451.html'],
    ['/catch-all', 200, '/index.html'],
  ])('%s is answered %i %s', (path, status, to) => {
    expect(match(rules, path)).toEqual({ status, to, rewrite: [200, 404, 410, 451].includes(status) })
  })
})

it('takes the first rule that matches, skips comments and blank lines, and reads CRLF', () => {
  expect(match('# /a /x\r\n\r\n/a /first\r\n/a /second 302\r\n', '/a')).toMatchObject({ to: '/first', status: 301 })
  expect(match('/a /b', '/c')).toBeUndefined()
  expect(match('/a/:x /b', '/a')).toBeUndefined()
  expect(match('/a/* /b/:splat', '/a/')).toMatchObject({ to: '/b/' })
})

it('redirects to other hosts only where the rule itself names one', () => {
  expect(match('/x https://example.com/y 302', '/x')).toMatchObject({ to: 'https://example.com/y', rewrite: false })
  expect(matchRedirect(parseRedirects(bytes('/x/* /:splat 302')), ['x', '', 'evil.example'])).toMatchObject({
    to: '/evil.example',
  })
  expect(matchRedirect(parseRedirects(bytes('/x/:host /:host 302')), ['x', '\\evil.example'])?.to).toBe(
    '/%5Cevil.example',
  )
})

it.each([
  ['one word', '/a'],
  ['four words', '/a /b 301 !'],
  ['a forced rule', '/a /b 301!'],
  ['a status that is not allowed', '/a /b 500'],
  ['a relative start', 'a /b'],
  ['a relative target', '/a b'],
  ['a target without scheme', '/a //evil.example'],
  ['a script target', '/a javascript:alert(1)'],
  ['a rewrite to another host', '/a https://example.com 200'],
  ['a star in the middle', '/a/*/b /c'],
  ['a star that is glued on', '/a* /c'],
])('refuses the whole file for %s, naming the line', (_, line) => {
  expect(() => parseRedirects(bytes(`/fine /ok\n${line}\n`))).toThrow(
    expect.objectContaining({ code: 'REDIRECTS_INVALID', message: expect.stringContaining('line 2') }),
  )
})

it('refuses a file over 64 KiB', () => {
  expect(() => parseRedirects(new Uint8Array(65_537))).toThrow(expect.objectContaining({ code: 'REDIRECTS_INVALID' }))
  expect(parseRedirects(bytes('#'.repeat(65_536)))).toEqual([])
})

it('never throws anything else, and never leaves the site by what a visitor typed', () => {
  const name = fc.string({ minLength: 1 }).filter((text) => !text.includes('/'))
  const rule = fc.constantFrom('/a/* /:splat 302', '/:x/:y /:y/:x', '/* /p/:splat 301', '/a/:b /:b')
  fc.assert(
    fc.property(rule, fc.array(name, { maxLength: 4 }), (line, names) => {
      const to = matchRedirect(parseRedirects(bytes(line)), ['a', ...names])?.to ?? '/'
      const target = new URL(to, 'https://site.example/')
      expect(target.host).toBe('site.example')
      expect(to).not.toMatch(/[\r\n]/)
    }),
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (junk) => {
      try {
        parseRedirects(junk)
      } catch (error) {
        expect(error).toMatchObject({ code: 'REDIRECTS_INVALID' })
      }
    }),
  )
})
