import { errorCode } from '@domainsync/core'

/**
 * True for an error that says nothing about a release: somebody could not be asked. Everything else is an answer: absent
 * everywhere, or bytes that are no release.
 */
export function isNoAnswer(error: unknown): boolean {
  return errorCode(error) === 'BLOCK_UNAVAILABLE' || errorCode(error) === 'UNEXPECTED'
}
