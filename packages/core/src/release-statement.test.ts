import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ReleaseStatement } from './release.ts'
import { decodeReleaseStatement, encodeReleaseStatement } from './release-statement.ts'

const statement: ReleaseStatement = {
  domain: 'bbbhhai.com',
  release: 3,
  content: 'bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354',
  chainId: 31337,
  registry: `0x${'ab'.repeat(20)}`,
  previous: null,
  createdAt: '2026-11-22T19:00:00.000Z',
  files: [
    { path: '.well-known/domainsync/pq.spki', sha256: 'aa'.repeat(32) },
    { path: 'index.html', sha256: 'bb'.repeat(32) },
  ],
}

interface Editable {
  _type: unknown
  predicateType: unknown
  predicate: Record<string, unknown>
  subject: { name: string; digest: Record<string, unknown> }[]
}

function decodeEdited(edit: (json: Editable) => void): string {
  const json = JSON.parse(new TextDecoder().decode(encodeReleaseStatement(statement)))
  edit(json)
  try {
    decodeReleaseStatement(new TextEncoder().encode(JSON.stringify(json)))
    return 'accepted'
  } catch (error) {
    return (error as { code: string }).code
  }
}

describe('the release statement', () => {
  it('is read back as it was written', () => {
    expect(decodeReleaseStatement(encodeReleaseStatement(statement))).toEqual(statement)
  })

  it('has the same bytes whatever order the files come in', () => {
    const path = fc.stringMatching(/^[\w-]{1,8}(\/[\w-]{1,8}){0,2}$/)
    const files = fc
      .uniqueArray(path, { minLength: 1 })
      .map((paths) => paths.map((p) => ({ path: p, sha256: 'cc'.repeat(32) })))
    fc.assert(
      fc.property(files, (list) => {
        const forwards = encodeReleaseStatement({ ...statement, files: list })
        expect(encodeReleaseStatement({ ...statement, files: list.toReversed() })).toEqual(forwards)
        expect(decodeReleaseStatement(forwards).files).toHaveLength(list.length)
      }),
    )
  })

  it('sorts by UTF-8 bytes, not by UTF-16 units', () => {
    const files = ['\u{1F600}', '\uFF5E'].map((path) => ({ path, sha256: 'cc'.repeat(32) }))
    const { files: read } = decodeReleaseStatement(encodeReleaseStatement({ ...statement, files }))
    const bytewise = files.map(({ path }) => Buffer.from(path)).sort(Buffer.compare)
    expect(read.map(({ path }) => path)).toEqual(bytewise.map(String))
  })

  it.each<[string, (json: Editable) => void]>([
    [
      'another type',
      (s) => {
        s._type = 'https://in-toto.io/Statement/v0.1'
      },
    ],
    [
      'another predicate',
      (s) => {
        s.predicateType = 'https://slsa.dev/provenance/v1'
      },
    ],
    [
      'release 0',
      (s) => {
        s.predicate.release = 0
      },
    ],
    [
      'a text as release',
      (s) => {
        s.predicate.release = '3'
      },
    ],
    [
      'an upper-case domain',
      (s) => {
        s.predicate.domain = 'BBBhhai.com'
      },
    ],
    [
      'a missing registry',
      (s) => {
        delete s.predicate.registry
      },
    ],
    [
      'files out of order',
      (s) => {
        s.subject.reverse()
      },
    ],
    [
      'a file twice',
      (s) => {
        s.subject.push(s.subject[1]!)
      },
    ],
    [
      'a climbing path',
      (s) => {
        s.subject[1]!.name = 'x/../../etc/passwd'
      },
    ],
    [
      'an absolute path',
      (s) => {
        s.subject[1]!.name = '/index.html'
      },
    ],
    [
      'a short hash',
      (s) => {
        s.subject[1]!.digest.sha256 = 'bb'
      },
    ],
    [
      'itself among the files',
      (s) => {
        s.subject.splice(1, 0, { name: '.well-known/domainsync/release.json', digest: { sha256: 'bb'.repeat(32) } })
      },
    ],
  ])('refuses %s', (_, edit) => expect(decodeEdited(edit)).toBe('RELEASE_MALFORMED'))

  it('refuses whatever is not a statement, always with its code', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => new TextEncoder().encode(text)),
        ),
        (bytes) => {
          expect(() => decodeReleaseStatement(bytes)).toThrow(expect.objectContaining({ code: 'RELEASE_MALFORMED' }))
        },
      ),
    )
  })
})
