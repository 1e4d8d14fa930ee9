import { DomainSyncError } from '@domainsync/core'
import { describe, expect, it } from 'vitest'
import { EXIT_FAILED, EXIT_INCOMPLETE, EXIT_INTERRUPTED, exitCodeOf } from './exit-code.ts'

const error = (code: string) => new DomainSyncError(code, 'x')

describe('exitCodeOf', () => {
  it('tells what failed from what another run can finish', () => {
    expect(exitCodeOf(error('CONTENT_QUARANTINED'))).toBe(EXIT_FAILED)
    expect(exitCodeOf(error('RPC_NO_QUORUM'))).toBe(EXIT_INCOMPLETE)
    expect(exitCodeOf(new Error('x'))).toBe(EXIT_FAILED)
  })

  it('lets one that failed decide among several', () => {
    const waiting = [error('RPC_NO_QUORUM'), error('OPERATION_RUNNING')]
    expect(exitCodeOf(new AggregateError(waiting))).toBe(EXIT_INCOMPLETE)
    expect(exitCodeOf(new AggregateError([...waiting, error('STALE_SEQ')]))).toBe(EXIT_FAILED)
  })

  it('knows an interruption', () => {
    expect(exitCodeOf(new DOMException('x', 'AbortError'))).toBe(EXIT_INTERRUPTED)
  })
})
