// `npm run prove -- [property…] [--jobs N] [--mutants] [--json]`: docs/contract-proofs.md says what it proves.
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { pythonTools } from '../python-tools.ts'
import { compileProofs } from './compile-proofs.ts'
import { standInForForge } from './halmos.ts'
import { PROPERTIES } from './properties.ts'
import { proveAll } from './prove-all.ts'
import { refuteMutants } from './refute-mutants.ts'
import { builtRegistry, writeRegistry, writingFunctions } from './registry.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    jobs: { type: 'string', default: `${availableParallelism()}` },
    mutants: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const names = PROPERTIES.map(({ contract }) => contract)
const unknown = positionals.find((name) => !names.includes(name))
if (unknown !== undefined) fail(`There is no property "${unknown}"; there are ${names.join(', ')}.`)
if (!/^[1-9]\d*$/.test(values.jobs)) fail(`--jobs ${values.jobs}: write how many proofs run at once.`)

const folder = mkdtempSync(join(tmpdir(), 'domainsync-prove-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))

const tools = pythonTools(join(import.meta.dirname, 'requirements.txt'))
const registry = builtRegistry()
const checks = compileProofs(folder)
for (const name of writingFunctions(registry)) {
  const proved = checks.get('InvariantHolds')!.some((check) => /^check_([^_(]*)/.exec(check)![1] === name)
  if (!proved) fail(`No proof calls ${name}, which changes state: add it to test/proofs/support/EveryCall.sol.`)
}
standInForForge(folder)
writeRegistry(folder, registry)

const options = { tools, folder, checks, jobs: Number(values.jobs) }
const properties = PROPERTIES.filter(({ contract }) => positionals.length === 0 || positionals.includes(contract))
const summary = await (values.mutants ? refuteMutants(options) : proveAll(properties, options))
if (values.json) console.log(JSON.stringify(summary))
if (summary.failed > 0) process.exitCode = 1

function fail(sentence: string): never {
  console.error(sentence)
  process.exit(1)
}
