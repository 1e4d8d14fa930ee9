import type { Observation, PageAnswer, ReleaseFile } from '@domainsync/core'
import { matchServed } from './match-served.ts'
import { noAnswer, sentence } from './no-answer.ts'
import { type ObserveContext, observed, type Seen } from './observe-context.ts'
import { probeName } from './probe-name.ts'
import { UNSIGNED_BYTES } from './probe-value.ts'

/** A page as readers got it, or why not. */
export type Served = { readonly answer: PageAnswer } | { readonly error: unknown }

/**
 * Compares what readers get for a path with the live release. `signedElsewhere` looks the bytes up in the domain's other
 * releases; it gives `undefined` when not all of those could be read. The bytes of a release to or from which a change is `settling`
 * are lawful.
 */
export async function observeServed(
  { path, served, files }: { path: string; served: Served; files: readonly ReleaseFile[] },
  {
    signedElsewhere,
    settling,
    ...context
  }: ObserveContext & {
    signedElsewhere: (sha256: string) => Promise<number | 'none' | undefined>
    settling: (release: number) => boolean
  },
): Promise<Observation> {
  const seen = async (): Promise<Seen> => {
    if ('error' in served) {
      return { status: 'unknown', value: noAnswer(served.error), evidence: `${path}: ${sentence(served.error)}` }
    }
    const match = matchServed(files, path, served.answer)
    switch (match.kind) {
      case 'match':
        return { status: 'good', value: 'match', evidence: `${path} is what was approved.` }
      case 'not-served':
        return { status: 'bad', value: `HTTP ${match.status}`, evidence: `${path} is answered with ${match.status}.` }
      case 'mismatch': {
        const release = await signedElsewhere(match.sha256)
        if (release === 'none')
          return {
            status: 'bad',
            value: UNSIGNED_BYTES,
            evidence: `${path} is served with bytes of no signed release.`,
          }
        if (release === undefined)
          return { status: 'bad', value: 'other', evidence: `${path} is served with other bytes.` }
        const value = `release ${release}`
        if (settling(release))
          return { status: 'unknown', value, evidence: `${path} still shows ${value}; the change is on its way.` }
        return { status: 'bad', value, evidence: `${path} is served with the bytes of ${value}.` }
      }
    }
  }
  return observed(context, probeName('served', path), await seen())
}
