import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

const PACKAGES = join(import.meta.dirname, '..', 'packages')

/** DESIGN.md "Layout": who may import whom, besides `core`, which everyone may. */
const ALLOWED: Record<string, readonly string[]> = {
  core: [],
  bindings: [],
  pq: [],
  sdk: ['bindings', 'pq'],
  'ipfs-mirror': ['bindings', 'sdk'],
  dns: [],
  journal: [],
  publisher: ['bindings', 'sdk', 'pq', 'ipfs-mirror', 'dns', 'journal'],
  'healing-agent': ['bindings', 'sdk', 'pq', 'ipfs-mirror', 'dns', 'journal'],
  cli: ['bindings', 'sdk', 'pq', 'ipfs-mirror', 'dns', 'journal', 'publisher', 'healing-agent', 'dashboard'],
}

interface Arrow {
  readonly from: string
  readonly to: string
  readonly file: string
}

/** Every import, export-from, dynamic import and require of a package by another, tests included. */
function arrowsOf(name: string): Arrow[] {
  return sourcesOf(join(PACKAGES, name)).flatMap((file) =>
    specifiers(readFileSync(file, 'utf8')).flatMap((specifier): Arrow[] => {
      const to = specifier === 'domainsync' ? 'cli' : /^@domainsync\/([^/]+)/.exec(specifier)?.[1]
      return to && to !== name ? [{ from: name, to, file: relative(PACKAGES, file) }] : []
    }),
  )
}

function specifiers(source: string): string[] {
  const pattern = /(?:\bfrom|\bimport|\bimport\s*\(|\brequire\s*\()\s*['"]([^'"]+)['"]/g
  return [...source.matchAll(pattern)].map(([, specifier]) => specifier!)
}

function sourcesOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (['node_modules', 'dist', 'generated'].includes(entry.name)) return []
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return sourcesOf(path)
    return /\.[cm]?[jt]s$/.test(entry.name) ? [path] : []
  })
}

const names = readdirSync(PACKAGES)
const arrows = names.flatMap(arrowsOf)

describe('the import graph', () => {
  it('sees the arrows that are there', () => {
    expect(arrows).toContainEqual(expect.objectContaining({ from: 'sdk', to: 'bindings' }))
    expect(arrows).toContainEqual(expect.objectContaining({ from: 'cli', to: 'publisher' }))
  })

  it('has only the arrows of the design', () => {
    const wrong = arrows.filter(({ from, to }) => to !== 'core' && !ALLOWED[from]?.includes(to))
    expect(wrong).toEqual([])
  })

  it('has no arrow from healing-agent to publisher, in its manifest either', () => {
    expect(arrows.filter(({ from, to }) => from === 'healing-agent' && to === 'publisher')).toEqual([])
    const manifest = JSON.parse(readFileSync(join(PACKAGES, 'healing-agent', 'package.json'), 'utf8'))
    const dependencies = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })
    expect(dependencies).not.toContain('@domainsync/publisher')
  })

  it('reaches another package only by its entries', () => {
    const climbing = names.flatMap((name) =>
      sourcesOf(join(PACKAGES, name)).flatMap((file) =>
        specifiers(readFileSync(file, 'utf8'))
          .filter((specifier) => specifier.startsWith('.'))
          .filter((specifier) => !join(file, '..', specifier).startsWith(`${join(PACKAGES, name)}/`))
          .filter((specifier) => join(file, '..', specifier).startsWith(PACKAGES))
          .map((specifier) => `${relative(PACKAGES, file)} → ${specifier}`),
      ),
    )
    expect(climbing).toEqual([])
  })

  it('leaves the choice between native and portable cryptography to packages/pq, which tries', () => {
    const sources = names.filter((name) => name !== 'pq').flatMap((name) => sourcesOf(join(PACKAGES, name)))
    const choosing = sources.filter((file) => !/\.test\./.test(file) && /\bnativeMl/.test(readFileSync(file, 'utf8')))
    expect(choosing.map((file) => relative(PACKAGES, file))).toEqual([])
  })
})
