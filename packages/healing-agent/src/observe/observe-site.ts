import type { Observation } from '@domainsync/core'
import { noAnswer, sentence } from './no-answer.ts'
import { type ObserveContext, observed, type Seen } from './observe-context.ts'
import type { Served } from './observe-served.ts'
import { probeName } from './probe-name.ts'
import { CHECK_FAILS } from './probe-value.ts'

/** One page of the site, as readers ask for it. */
export interface SitePage {
  readonly path: string
  readonly served: Served
  /** What its check showed, where one is configured. */
  readonly checked: Observation | undefined
  /** Something else on the network answered in the same round, so that ours is not what is wrong. */
  readonly online: boolean
}

/**
 * Whether readers get a page at all, whoever's fault it is. Bad is what no other probe finds: nobody listens there, or the
 * release's own bytes fail their check and no older release is known to pass it.
 */
export function observeSite({ path, served, checked, online }: SitePage, context: ObserveContext): Observation {
  return observed(context, probeName('site', path), seen({ path, served, checked, online }))
}

function seen({ path, served, checked, online }: SitePage): Seen {
  if ('error' in served) {
    const kind = noAnswer(served.error)
    const status = kind === 'refused' && online ? 'bad' : 'unknown'
    return { status, value: kind, evidence: `${path} is not answered: ${sentence(served.error)}` }
  }
  if (checked === undefined || checked.status === 'good') {
    return { status: 'good', value: 'answered', evidence: `${path} is answered.` }
  }
  const { value, evidence } = checked
  // What is the release's own fault is ReleaseBad's; bytes of no release are HashMismatch's.
  return { status: checked.status === 'unknown' && value === CHECK_FAILS ? 'bad' : 'unknown', value, evidence }
}
