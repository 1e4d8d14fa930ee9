import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
// @ts-expect-error a script without types
import { errorReference } from '../scripts/write-error-reference.mjs'

const codesIn = (text: string) => [...text.matchAll(/^\| `([A-Z0-9_]+)` \|/gm)].map(([, code]) => code)

it('docs/errors.md names no code that nobody throws any more; write it anew with "node scripts/write-error-reference.mjs"', () => {
  const documented = codesIn(readFileSync(join(import.meta.dirname, '../docs/errors.md'), 'utf8'))
  expect(documented.length).toBeGreaterThan(150)
  const thrown = codesIn(errorReference() as string)
  expect(documented.filter((code) => !thrown.includes(code))).toEqual([])
})
