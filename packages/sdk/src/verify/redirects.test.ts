import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_REDIRECTS_BYTES, matchRedirect, parseRedirects } from './redirects.ts'

const parse = (text: string) => parseRedirects(new TextEncoder().encode(text))
const match = (rules: string, path: string) =>
  matchRedirect(
    parse(rules),
    path.split('/').filter((name) => name !== ''),
  )

describe('parseRedirects', () => {
  it('reads rules, comments, empty lines and both line ends', () => {
    const rules = parse('# a comment\r\n\r\n/old /new\n  /a/:id   /b/:id  308 \n/* /index.html 200')
    expect(rules.map(({ to, status }) => [to, status])).toEqual([
      ['/new', 301],
      ['/b/:id', 308],
      ['/index.html', 200],
    ])
  })

  it.each([
    '/a',
    'a /b',
    '/a b',
    '/a /b 299',
    '/a /b 301 more',
    '/a* /b',
    '/*/a /b',
    '/a //evil.example 301',
    '/a /\\evil.example 301',
    '/a javascript:alert(1) 301',
    '/a https://example.com 200',
    '/a ftp://example.com 301',
    '/a /b\0c 301',
    '/a /b\u0085c 301',
    '/a\x7f /b 301',
  ])('refuses %j', (line) => {
    expect(() => parse(line)).toThrow(expect.objectContaining({ code: 'REDIRECTS_INVALID' }))
  })

  it('refuses a file that is too large', () => {
    expect(() => parse('#'.repeat(MAX_REDIRECTS_BYTES))).not.toThrow()
    expect(() => parse('#'.repeat(MAX_REDIRECTS_BYTES + 1))).toThrow(
      expect.objectContaining({ code: 'REDIRECTS_INVALID' }),
    )
  })

  it('reads any bytes or refuses them with its code', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[/:*a-z0-9 \n.]{0,80}$/)), (text) => {
        try {
          for (const { status } of parse(text)) expect(status).toBeGreaterThanOrEqual(200)
        } catch (error) {
          expect(error).toMatchObject({ code: 'REDIRECTS_INVALID' })
        }
      }),
    )
  })
})

describe('matchRedirect', () => {
  it('takes the first rule that matches, with placeholders and the splat filled in', () => {
    const rules = '/blog/:year/:slug /posts/:slug-:year 302\n/docs/* /manual/:splat 301\n/* /index.html 200'
    expect(match(rules, '/blog/2026/hello')).toEqual({ status: 302, to: '/posts/hello-2026', rewrite: false })
    expect(match(rules, '/docs/a/b')).toEqual({ status: 301, to: '/manual/a/b', rewrite: false })
    expect(match(rules, '/docs')).toEqual({ status: 301, to: '/manual/', rewrite: false })
    expect(match(rules, '/anything/else')).toEqual({ status: 200, to: '/index.html', rewrite: true })
    expect(match('/a /b', '/c')).toBeUndefined()
  })

  it('gives targets that can stand in a header, whatever they are written in', () => {
    const rules = '/alt /neu/größe?q=ß#ü 301\n/s/:id https://日本.example/ä/:id?x=:id 302\n/p /%C3%A4/ä 200'
    expect(match(rules, '/alt')?.to).toBe('/neu/gr%C3%B6%C3%9Fe?q=%C3%9F#%C3%BC')
    expect(match(rules, '/s/ö')?.to).toBe('https://xn--wgv71a.example/%C3%A4/%C3%B6?x=%C3%B6')
    expect(match(rules, '/p')?.to).toBe('/%C3%A4/%C3%A4')
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('/', 'https://example.com/'), (name, start) => {
        if (/\s|\p{Cc}|\p{Cs}/u.test(name)) return
        const [rule] = parse(`/a ${start}x${name} 302`)
        expect(rule?.to).toMatch(/^[!-~]+$/)
      }),
    )
  })

  it('never lets a path choose another host', () => {
    const rules = parse('/out/* /:splat 302\n/to/:where /:where 302')
    fc.assert(
      fc.property(
        fc.constantFrom('out', 'to'),
        fc.array(fc.string(), { minLength: 1, maxLength: 4 }),
        (first, names) => {
          const redirect = matchRedirect(rules, [first, ...names])
          if (redirect === undefined) return
          expect(new URL(redirect.to, 'https://site.example').host).toBe('site.example')
        },
      ),
    )
    expect(matchRedirect(rules, ['out', '', 'evil.example'])?.to).toBe('/evil.example')
  })
})
