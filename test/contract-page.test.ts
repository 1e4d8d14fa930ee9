import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const page = read('docs/contract.md')

const rules = globSync('test/contracts/invariants/*.sol', { cwd: ROOT }).map(read).join('\n')

/** `file › describe › it`, `proofs › Contract`, `invariants › rule`. */
const named = [...page.matchAll(/`([^`]+ › [^`]+)`/g)].map(([, name]) => name!)

describe('the auditor’s page', () => {
  it.each([...new Set(named)])('names a test that exists: %s', (name) => {
    const [file, ...titles] = name.split(' › ') as [string, ...string[]]
    if (file === 'proofs') return expect(read(`test/proofs/${titles[0]}.sol`)).toContain(`contract ${titles[0]} `)
    if (file === 'invariants') return expect(rules).toContain(`"${titles[0]}")`)
    const source = read(`test/contracts/${file}.test.ts`)
    const [group, test] = titles as [string, string | undefined]
    const start = source.indexOf(`describe('${group}'`)
    expect(start, `a describe "${group}" in ${file}`).toBeGreaterThanOrEqual(0)
    if (test === undefined) return
    const end = source.indexOf('\ndescribe(', start)
    expect(source.slice(start, end < 0 ? undefined : end)).toContain(`it('${test}'`)
  })

  it('names every attack that is tested', () => {
    const titles = [...read('test/contracts/attacks.test.ts').matchAll(/^ {2}it\('([^']+)'/gm)].map(
      ([, title]) => title!,
    )
    expect(titles.length).toBeGreaterThan(10)
    expect(titles.filter((title) => !page.includes(title))).toEqual([])
  })

  it('shows every field of a domain’s storage', () => {
    const layout = read('snapshots/storage-layout.txt').split('struct RegistryState.Domain\n')[1]!
    const fields = [...layout.matchAll(/^ {2}\d+:\d+ (\w+)/gm)].map(([, field]) => field!)
    expect(fields).toContain('pendingTrust')
    expect(fields.filter((field) => !page.includes(`\`${field}\``))).toEqual([])
  })

  it('says how long the code is', () => {
    const artifact = join(ROOT, 'artifacts/contracts/DomainSyncRegistry.sol/DomainSyncRegistry.json')
    if (!existsSync(artifact)) throw new Error('build the contracts first')
    const { deployedBytecode } = JSON.parse(readFileSync(artifact, 'utf8')) as { deployedBytecode: string }
    expect(page).toContain(`${((deployedBytecode.length - 2) / 2).toLocaleString('en-US')} bytes of code`)
  })
})
