import { DomainSyncError, errorCode } from '@domainsync/core'
import { plainError } from './plain-error.ts'
import type { Terminal } from './terminal.ts'
import { visibleText } from './visible.ts'

/** Says what went wrong: code, cause, what did and did not change, the next command. */
export function reportError(error: unknown, terminal: Terminal): void {
  const { code, message, state, next, causes } = describeError(plainError(error))
  terminal.document('error', { error: { code, message, state, next, causes } })
  const { red, bold, dim } = terminal.colors
  process.stderr.write(`${red(bold(code))} ${message}\n`)
  for (const cause of causes) process.stderr.write(`${dim(`  because: ${cause}`)}\n`)
  if (state) process.stderr.write(`  ${state}\n`)
  if (next) process.stderr.write(`  next: ${bold(next)}\n`)
}

interface ErrorDescription {
  readonly code: string
  readonly message: string
  readonly state: string | undefined
  readonly next: string | undefined
  readonly causes: readonly string[]
}

function describeError(error: unknown): ErrorDescription {
  const known = error instanceof DomainSyncError ? error : undefined
  return {
    code: error instanceof AggregateError ? 'SEVERAL_FAILED' : visibleText(errorCode(error)),
    message: visibleText(error instanceof Error ? error.message : String(error)),
    state: known?.state && visibleText(known.state),
    next: known?.next && visibleText(known.next),
    causes: causesOf(error),
  }
}

/** The chain of causes, each on one line; several at once (AggregateError) one after another. */
function causesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return []
  const direct = error instanceof AggregateError ? error.errors : error.cause === undefined ? [] : [error.cause]
  return direct.flatMap((cause) => {
    if (!(cause instanceof Error)) return typeof cause === 'string' ? [visibleText(cause)] : []
    const line = visibleText(cause.message.split('\n')[0]!)
    const code = visibleText(errorCode(cause))
    return [code === 'UNEXPECTED' || line.startsWith(code) ? line : `${code} ${line}`, ...causesOf(cause)]
  })
}
