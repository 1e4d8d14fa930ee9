import { DomainSyncError } from '@domainsync/core'
import { expect, it, vi } from 'vitest'
import { reportError } from './report-error.ts'
import { createTerminal } from './terminal.ts'

function reported(error: unknown): string {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  try {
    reportError(error, createTerminal({ json: false, quiet: false }))
    return write.mock.calls.map(([text]) => text).join('')
  } finally {
    write.mockRestore()
  }
}

it('says code, cause, what changed and the next command', () => {
  const cause = Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT' })
  const text = reported(new DomainSyncError('SITE_MISSING', 'No site.', { cause, state: 'Nothing.', next: 'init' }))
  expect(text).toBe('SITE_MISSING No site.\n  because: ENOENT: no such file\n  Nothing.\n  next: init\n')
})

it('gives a terminal no control characters of others', () => {
  expect(reported(new Error('a\0b\u001b[31mc'))).toBe('UNEXPECTED a\\x00b\\x1b[31mc\n')
  const all = (text: string) =>
    new DomainSyncError(text, text, { state: text, next: text, cause: new DomainSyncError(text, 'd', { cause: text }) })
  expect(reported(all('\x9b31mA\x07\x1b\u202e'))).not.toMatch(/[^\P{C}\n]/u)
})
