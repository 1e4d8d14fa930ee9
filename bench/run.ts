// `npm run bench -- [name…] [--json] [--check]`: one bench after the other, each in a process of its own.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const BENCHES = ['gas', 'gateway', 'import', 'pq', 'publish', 'serve', 'vault', 'verify']

const args = process.argv.slice(2)
const flags = args.filter((arg) => arg.startsWith('--'))
const named = args.filter((arg) => !arg.startsWith('--'))
const unknown = named.find((name) => !BENCHES.includes(name))
if (unknown !== undefined) {
  console.error(`There is no bench "${unknown}"; there are ${BENCHES.join(', ')}.`)
  process.exitCode = 1
} else {
  for (const name of named.length > 0 ? named : BENCHES) {
    console.error(`${name} …`)
    const { status } = spawnSync(process.execPath, [join(import.meta.dirname, `${name}.ts`), ...flags], {
      cwd: join(import.meta.dirname, '..'),
      stdio: 'inherit',
    })
    if (status !== 0) process.exitCode = 1
  }
}
