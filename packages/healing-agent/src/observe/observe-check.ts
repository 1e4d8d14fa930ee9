import { failedCheck, type Observation, type ReleaseFile, type SiteCheck } from '@domainsync/core'
import { matchServed } from './match-served.ts'
import { noAnswer, sentence } from './no-answer.ts'
import { type ObserveContext, observed, type Seen } from './observe-context.ts'
import type { Served } from './observe-served.ts'
import { probeName } from './probe-name.ts'
import { CHECK_FAILS } from './probe-value.ts'

/** Whether an older release passes a check now. */
export type PredecessorAnswer = { readonly release: number; readonly passes: boolean } | undefined

/**
 * Runs one check on the readers' path. A failure is the release's own fault only when the served bytes are the release's and
 * its predecessor passes the same check now; else it is unknown here, and other probes tell what is wrong.
 */
export async function observeCheck(
  { check, served, files }: { check: SiteCheck; served: Served; files: readonly ReleaseFile[] | undefined },
  { predecessor, ...context }: ObserveContext & { predecessor: (check: SiteCheck) => Promise<PredecessorAnswer> },
): Promise<Observation> {
  const { path } = check
  const seen = async (): Promise<Seen> => {
    if ('error' in served) {
      return { status: 'unknown', value: noAnswer(served.error), evidence: `${path}: ${sentence(served.error)}` }
    }
    const failure = failedCheck(check, served.answer)
    if (failure === undefined) return { status: 'good', value: 'pass', evidence: `${path} passes.` }
    if (files === undefined || matchServed(files, path, served.answer).kind !== 'match') {
      return {
        status: 'unknown',
        value: 'not the release',
        evidence: `${path}: ${failure}, but these are not the release's bytes.`,
      }
    }
    const older = await predecessor(check)
    if (older === undefined) {
      return {
        status: 'unknown',
        value: CHECK_FAILS,
        evidence: `${path}: ${failure}; no older release could be asked.`,
      }
    }
    if (!older.passes) {
      return {
        status: 'unknown',
        value: CHECK_FAILS,
        evidence: `${path}: ${failure}; release ${older.release} fails it too.`,
      }
    }
    return { status: 'bad', value: CHECK_FAILS, evidence: `${path}: ${failure}; release ${older.release} passes.` }
  }
  return observed(context, probeName('check', path), await seen())
}
