import type { Observation } from '@domainsync/core'
import { type ObserveContext, observed, type Seen } from './observe-context.ts'
import { probeName } from './probe-name.ts'
import { MANIFEST_MISSING } from './probe-value.ts'
import type { Verification } from './verification.ts'

/**
 * The live release's signatures. A manifest that is found nowhere counts as bad only when an older release's was found just
 * now: else the sources may be what is wrong.
 */
export async function observeRelease(
  verification: Verification,
  { olderIsFound, ...context }: ObserveContext & { olderIsFound: () => Promise<boolean> },
): Promise<Observation> {
  const seen = async (): Promise<Seen> => {
    switch (verification.kind) {
      case 'verified':
        return { status: 'good', value: 'verified', evidence: 'Both signatures and the list of files are right.' }
      case 'unverifiable':
        return { status: 'bad', value: verification.code, evidence: verification.reason }
      case 'missing':
        return {
          status: (await olderIsFound()) ? 'bad' : 'unknown',
          value: MANIFEST_MISSING,
          evidence: verification.reason,
        }
      case 'unknown':
        return { status: 'unknown', value: '?', evidence: verification.reason }
    }
  }
  return observed(context, probeName('release'), await seen())
}
