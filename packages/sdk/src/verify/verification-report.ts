import { type ChainBlock, type DomainName, type DomainState, errorCode } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { type Check, failed, type VerifyStep } from './check.ts'
import { VerifyError } from './verify-error.ts'

/** Every check that was made, in order of the steps. Steps after the first failure of 1 to 6 are not made. */
export interface VerificationReport {
  readonly ok: boolean
  readonly domain: DomainName
  readonly release: number | undefined
  readonly root: CID | undefined
  /** The block that everything was read at. */
  readonly block: ChainBlock | undefined
  readonly checks: readonly Check[]
  /** Those that failed. */
  readonly failures: readonly Check[]
}

/** What has been found so far, filled in on the way: a failure keeps what was known before it. */
export interface Findings {
  readonly checks: Check[]
  state?: Pick<DomainState, 'head' | 'block'>
  root?: CID
  /** The step that errors count to which do not name their own. */
  step: VerifyStep
}

/** Runs the steps and reports on them. Rejects only when it is aborted; every other failure is in the report. */
export async function reportOn(
  domain: DomainName,
  { signal }: { signal?: AbortSignal | undefined },
  run: (findings: Findings) => Promise<void>,
): Promise<VerificationReport> {
  const findings: Findings = { checks: [], step: 1 }
  try {
    await run(findings)
  } catch (error) {
    signal?.throwIfAborted()
    findings.checks.push(failure(error, findings.step))
  }
  const { checks, state, root } = findings
  const failures = checks.filter(({ ok }) => !ok)
  const { head, block } = state ?? {}
  return { ok: failures.length === 0, domain, release: head?.live, root, block, checks, failures }
}

function failure(error: unknown, fallback: VerifyStep): Check {
  const step = error instanceof VerifyError ? error.step : fallback
  const detail = error instanceof Error ? error.message : String(error)
  return failed(step, step < 3 ? 'registry' : 'root', { code: errorCode(error), detail })
}
