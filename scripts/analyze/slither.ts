import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..', '..')
const ARTIFACTS = join(ROOT, 'artifacts')
const REGISTRY = join(ARTIFACTS, 'contracts', 'DomainSyncRegistry.sol', 'DomainSyncRegistry.json')

/** What slither says of one place. */
export interface Finding {
  /** The name of the detector. */
  readonly check: string
  /** `Contract.function.variable`. */
  readonly where: string
  readonly impact: string
  readonly description: string
}

interface SlitherReport {
  readonly success: boolean
  readonly error: string | null
  readonly results: { readonly detectors?: readonly Detected[] }
}

interface Detected {
  readonly check: string
  readonly impact: string
  readonly description: string
  readonly elements: readonly [Element, ...Element[]]
}

interface Element {
  readonly name: string
  readonly type_specific_fields?: { readonly parent?: Element }
}

/** Runs every detector over the registry as Hardhat built it; what is only about dependencies is left out. */
export function findings(tools: string): Finding[] {
  using folder = registryAlone()
  const framework = ['--compile-force-framework', 'hardhat', '--hardhat-ignore-compile', '--npx-disable']
  const { stdout, stderr } = spawnSync(
    join(tools, 'slither'),
    [ROOT, ...framework, '--hardhat-artifacts-directory', folder.path, '--exclude-dependencies', '--json', '-'],
    // Nothing of ours on the PATH: Hardhat has built already.
    { cwd: ROOT, encoding: 'utf8', maxBuffer: 2 ** 28, env: { ...process.env, PATH: tools } },
  )
  const report = parse(stdout)
  if (!report?.success) throw new Error(`slither did not finish: ${report?.error ?? stderr}`)
  return (report.results.detectors ?? []).map(({ check, impact, description, elements }) => {
    return { check, impact, description, where: placeOf(elements[0]) }
  })
}

/** Its exit code is the number of findings: only the report tells whether it worked. */
function parse(text: string): SlitherReport | undefined {
  try {
    return JSON.parse(text) as SlitherReport
  } catch {
    return undefined
  }
}

function placeOf({ name, type_specific_fields: fields }: Element): string {
  return fields?.parent ? `${placeOf(fields.parent)}.${name}` : name
}

/** The artifacts folder holds the compiled tests as well, which slither would read too. */
function registryAlone(): Disposable & { path: string } {
  const { buildInfoId } = JSON.parse(readFileSync(REGISTRY, 'utf8')) as { buildInfoId: string }
  const path = mkdtempSync(join(tmpdir(), 'domainsync-analyze-'))
  mkdirSync(join(path, 'build-info'))
  for (const file of [`${buildInfoId}.json`, `${buildInfoId}.output.json`])
    cpSync(join(ARTIFACTS, 'build-info', file), join(path, 'build-info', file))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) }
}
