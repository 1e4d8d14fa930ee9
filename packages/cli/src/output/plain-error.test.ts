import { DomainSyncError } from '@domainsync/core'
import { describe, expect, it } from 'vitest'
import { plainError } from './plain-error.ts'

const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })

describe('plainError', () => {
  it('tells what failed first, not what failed while closing up', () => {
    const first = new DomainSyncError('STALE_SEQ', 'x')
    expect(plainError(new SuppressedError(new Error('closing'), first))).toBe(first)
    const twice = new SuppressedError(new Error('outer'), new SuppressedError(new Error('inner'), first))
    expect(plainError(twice)).toBe(first)
  })

  it('names a full disk, whoever met it', () => {
    const stored = new DomainSyncError('STORE_WRITE_FAILED', 'Writing failed.', { cause: full })
    for (const error of [full, stored, new SuppressedError(new Error('closing'), stored)]) {
      expect(plainError(error)).toMatchObject({ code: 'DISK_FULL', next: expect.stringContaining('make room') })
    }
  })

  it('leaves everything else as it is', () => {
    const known = new DomainSyncError('DISK_FULL', 'x')
    for (const error of [known, new Error('bug'), 'text']) expect(plainError(error)).toBe(error)
  })
})
