import { expect, it } from 'vitest'
import { isDiskFull } from './disk-full.ts'
import { DomainSyncError } from './domain-sync-error.ts'

const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })

it.each([
  ['itself', full],
  ['as a cause', new DomainSyncError('STORE_WRITE_FAILED', 'x', { cause: full })],
  ['one of several', new AggregateError([new Error('x'), full])],
  ['hidden by what failed while closing', new SuppressedError(new Error('closing'), full)],
])('finds a full disk: %s', (_, error) => {
  expect(isDiskFull(error)).toBe(true)
})

it.each([new Error('x'), Object.assign(new Error('x'), { code: 'EACCES' }), 'ENOSPC', undefined])(
  'takes nothing else for it',
  (error) => {
    expect(isDiskFull(error)).toBe(false)
  },
)
