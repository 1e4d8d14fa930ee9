// Writes docs/errors.md: every error code with its sentence, as the sources have them.
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './prepare.mjs'

const SKIPPED = /\.test\.|\/generated\/|\/testing\/|\/conformance\/|\/demo\//
const THROWN = /new \w*Error\(\s*'([A-Z][A-Z0-9_]+)',\s*(`(?:[^`\\]|\\.)*`|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")/g
/** `StaleSeq: ([expected, actual]) => `…`` in the list of the registry's own errors. */
const REGISTRY = /^ {2}([A-Z]\w+): \([^)]*\) =>\s*(`(?:[^`\\]|\\.)*`|'(?:[^'\\]|\\.)*')/gm

/** The text of docs/errors.md. */
export function errorReference() {
  const found = new Map()
  const add = (code, literal, place) => {
    const known = found.get(code) ?? { sentences: new Set(), places: new Set() }
    known.sentences.add(sentenceOf(literal))
    known.places.add(place)
    found.set(code, known)
  }
  for (const file of globSync('packages/*/src/**/*.ts', { cwd: ROOT }).filter((path) => !SKIPPED.test(path))) {
    const source = readFileSync(join(ROOT, file), 'utf8')
    const place = file.split('/')[1]
    for (const [, code, literal] of source.matchAll(THROWN)) add(code, literal, place)
    if (file.endsWith('/registry-error.ts'))
      for (const [, name, literal] of source.matchAll(REGISTRY)) add(snakeCase(name), literal, 'registry')
  }
  const incomplete = incompleteCodes()
  const rows = [...found]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, { sentences, places }]) => {
      const texts = [...sentences].sort().join('<br>')
      return `| \`${code}\` | ${incomplete.has(code) ? 2 : 1} | ${[...places].sort().join(', ')} | ${texts} |`
    })
  return `# Errors

Every error has a stable code, one sentence, what did and did not change, and the next command. Match the code: sentences may
change. \`--json\` gives \`{"schema":"domainsync.error/1","error":{code, message, state, next, causes}}\`. Exit code 2 says that the same
command can finish it later, 1 that it cannot; several failures at once are \`SEVERAL_FAILED\`.

This page is made by \`node scripts/write-error-reference.mjs\`; … stands for what an error fills in. \`registry\` are refusals of the
contract. A few more codes are words of others (HTTP statuses, Node's own \`ENOSPC\` …).

| code | exit | from | says |
|---|---|---|---|
${rows.join('\n')}
`
}

/** Those that another run can finish. */
function incompleteCodes() {
  const source = readFileSync(join(ROOT, 'packages/cli/src/output/exit-code.ts'), 'utf8')
  const [, list = ''] = /INCOMPLETE = new Set\(\[([\s\S]*?)\]\)/.exec(source) ?? []
  return new Set([...list.matchAll(/'(\w+)'/g)].map(([, code]) => code))
}

function sentenceOf(literal) {
  return literal
    .slice(1, -1)
    .replace(/\$\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}/g, '…')
    .replace(/\\(.)/g, (_, letter) => (letter === 'n' ? ' ' : letter))
    .replaceAll('|', '\\|')
    .replaceAll('<', '&lt;')
}

function snakeCase(name) {
  return name.replace(/(?!^)[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
}

if (import.meta.main ?? process.argv[1] === import.meta.filename)
  writeFileSync(join(ROOT, 'docs', 'errors.md'), errorReference())
