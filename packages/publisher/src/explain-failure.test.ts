import { DomainSyncError, type Operation } from '@domainsync/core'
import { describe, expect, it } from 'vitest'
import { explainFailure } from './explain-failure.ts'
import { PublishError } from './publish-error.ts'

const operation = (state: Operation['state'], sync: 'pending' | 'done') =>
  ({ id: 'run-1', domain: 'example.com', state, steps: [{ key: 'sync', state: sync }] }) as unknown as Operation

describe('explainFailure', () => {
  it('says that no pointer moved, and how to go on, when the quorum was lost before the transaction', () => {
    const cause = new Error('underneath')
    const error = new DomainSyncError('RPC_NO_QUORUM', 'No 2 operators agree.', { cause })
    expect(explainFailure(error, operation('running', 'pending'))).toMatchObject({
      code: 'RPC_NO_QUORUM',
      message: 'No 2 operators agree.',
      state: 'No pointer moved. Run run-1.',
      next: 'domainsync resume example.com',
      cause,
    })
  })

  it('says that the release is on chain when only DNS is left', () => {
    expect(explainFailure(new DomainSyncError('DNS_TIMEOUT', 'x'), operation('failed', 'done'))).toMatchObject({
      state: 'The release is on chain; DNS may still name the one before. Run run-1.',
      next: 'domainsync publish example.com',
    })
  })

  it('keeps what the error says itself', () => {
    const error = new PublishError('DNS_CONFLICT', 'x', { state: 'DNS was left alone.', next: 'domainsync status' })
    expect(explainFailure(error, operation('failed', 'done'))).toMatchObject({
      state: 'DNS was left alone. Run run-1.',
      next: 'domainsync status',
      retryable: false,
    })
  })

  it('leaves alone what is no error of ours', () => {
    const error = new Error('bug')
    expect(explainFailure(error, operation('failed', 'done'))).toBe(error)
  })
})
