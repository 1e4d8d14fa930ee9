import type { Operation } from '@domainsync/core'
import type { StepRun } from '@domainsync/journal'

/** What signing a release, or fetching one that was signed elsewhere, leaves: it lies whole in the publisher's own store. */
export interface ReleaseReceipt {
  readonly root: string
  readonly ipfsHash: string
  readonly release: number
}

/** The release that a running publish is about. */
export function releaseOf({ receipts }: Pick<StepRun<unknown>, 'receipts'>): ReleaseReceipt {
  return (receipts.sign ?? receipts.fetch) as unknown as ReleaseReceipt
}

/** The same of a publish that signed or fetched it before; `undefined` when it did not come so far. */
export function releaseOfOperation({ steps }: Pick<Operation, 'steps'>): ReleaseReceipt | undefined {
  const step = steps.find(({ key, receipt }) => (key === 'sign' || key === 'fetch') && receipt !== undefined)
  return step?.receipt as unknown as ReleaseReceipt | undefined
}
