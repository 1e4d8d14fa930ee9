import { DomainSyncError, type Operation } from '@domainsync/core'
import { describe, expect, it } from 'vitest'
import { explainFailure } from './explain-failure.ts'
import { PublishError } from './publish-error.ts'

const STEPS = ['sign', 'sync', 'swap', 'propagation']

/** Done up to a step. */
const operation = (state: Operation['state'], done: string) => {
  const steps = STEPS.map((key, index) =>
    index <= STEPS.indexOf(done) ? { key, state: 'done', receipt: { release: 3 } } : { key, state: 'pending' },
  )
  return { id: 'run-1', domain: 'example.com', state, steps } as unknown as Operation
}

describe('explainFailure', () => {
  it('says that no pointer moved, and how to go on, when the quorum was lost before the transaction', () => {
    const cause = new Error('underneath')
    const error = new DomainSyncError('RPC_NO_QUORUM', 'No 2 operators agree.', { cause })
    expect(explainFailure(error, operation('running', 'sign'))).toMatchObject({
      code: 'RPC_NO_QUORUM',
      message: 'No 2 operators agree.',
      state: 'No pointer moved. Nothing was logged as failed; resuming or publishing again finishes it. Run run-1.',
      next: 'domainsync resume example.com',
      cause,
    })
  })

  it('says that the release is live, and who can finish it, when DNS cannot be asked', () => {
    expect(explainFailure(new DomainSyncError('DNS_TIMEOUT', 'x'), operation('running', 'sync'))).toMatchObject({
      state:
        'Release 3 is live on chain; DNS does not point to it yet. Nothing was logged as failed; resuming or publishing again, or the agent, finishes it. Run run-1.',
      next: 'domainsync resume example.com',
    })
  })

  it('says that DNS points to it when only watching is left', () => {
    expect(explainFailure(new DomainSyncError('DNS_TIMEOUT', 'x'), operation('running', 'swap'))).toMatchObject({
      state: expect.stringMatching(/^Release 3 is live on chain, and DNS points to it\. Nothing was logged/),
    })
  })

  it('keeps what the error says itself', () => {
    const error = new PublishError('KEY_MISMATCH', 'x', { state: 'DNS was left alone.', next: 'domainsync status' })
    expect(explainFailure(error, operation('failed', 'sync'))).toMatchObject({
      state: 'Release 3 is live on chain. DNS was left alone. Run run-1.',
      next: 'domainsync status',
      retryable: false,
    })
  })

  it('leaves alone what is no error of ours', () => {
    const error = new Error('bug')
    expect(explainFailure(error, operation('failed', 'sync'))).toBe(error)
  })
})
