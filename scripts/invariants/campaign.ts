import { join } from 'node:path'
import { createHardhatRuntimeEnvironment } from 'hardhat/hre'
import config from '../../hardhat.config.ts'

const ROOT = join(import.meta.dirname, '..', '..')
/** The fuzzer knows a contract only when it was asked to compile it. */
const FILES = ['test/contracts/RegistryInvariants.t.sol', 'test/contracts/invariants/RegistryHandler.sol']

/** When a run begins, in seconds since 1970. */
const START_S = 1_800_000_000n

/** Random calls from new registries. */
export interface Campaign {
  /** Of the fuzzer: the same one makes the same calls. */
  readonly seed: number
  readonly runs: number
  /** Calls in a run. */
  readonly depth: number
}

export interface Count {
  readonly calls: number
  /** The registry reverted. */
  readonly refused: number
}

export interface CampaignResult {
  readonly passed: boolean
  /** By the name of the handler's function. */
  readonly counts: Readonly<Record<string, Count>>
}

interface SolidityRun {
  readonly value?: { readonly suiteResults: readonly { readonly testResults: readonly TestResult[] }[] }
  readonly error?: { readonly suiteResults: readonly { readonly testResults: readonly TestResult[] }[] }
}

interface TestResult {
  readonly status: string
  readonly kind: { readonly metrics?: Record<string, { readonly calls: bigint; readonly reverts: bigint }> }
}

/** Compiles what the campaigns need. */
export async function compileCampaigns(): Promise<void> {
  const hre = await createHardhatRuntimeEnvironment(config, {}, ROOT)
  await hre.tasks.getTask('build').run({ files: FILES.map((file) => join(ROOT, file)), quiet: true })
}

/** Runs one, of what is compiled. The fuzzer prints the calls that broke a rule. */
export async function runCampaign({ seed, runs, depth }: Campaign): Promise<CampaignResult> {
  // The fuzzer's dictionary of values it has seen, and the time of day, would make other calls every time.
  const invariant = { runs, depth, dictionaryWeight: 0, includeStorage: false, includePushBytes: false }
  const solidity = { blockTimestamp: START_S, fuzz: { seed: `0x${seed.toString(16)}` }, invariant }
  const hre = await createHardhatRuntimeEnvironment({ ...config, test: { solidity } }, {}, ROOT)
  const run: SolidityRun = await hre.tasks
    .getTask(['test', 'solidity'])
    .run({ testFiles: FILES, grep: '^invariant_', noCompile: true })
  const tests = (run.value ?? run.error)?.suiteResults.flatMap(({ testResults }) => testResults) ?? []
  const metrics = tests.flatMap(({ kind }) => Object.entries(kind.metrics ?? {}))
  const counts = metrics.map(([name, { calls, reverts }]) => [
    name.slice(name.lastIndexOf('.') + 1),
    { calls: Number(calls), refused: Number(reverts) },
  ])
  return {
    passed: tests.length > 0 && tests.every(({ status }) => status === 'Success'),
    counts: Object.fromEntries(counts),
  }
}
