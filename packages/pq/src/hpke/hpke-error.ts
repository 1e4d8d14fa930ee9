import { NotSupportedError } from 'hpke'
import { PqError } from '../pq-error.ts'

/** Of a public key that nothing can be sealed to. */
export function sealingFailed(cause: unknown): PqError {
  return (
    unavailable(cause) ??
    new PqError('HPKE_KEY_MALFORMED', "This is no recipient's public key of the suite; nothing was sealed.", { cause })
  )
}

/** Says no more than that it does not open: the reason is an attacker's to wish for. */
export function openingFailed(cause?: unknown): PqError {
  return (
    unavailable(cause) ??
    new PqError(
      'HPKE_OPEN_FAILED',
      'This was sealed to another recipient or for another purpose, or it was changed; nothing was opened.',
      { cause },
    )
  )
}

function unavailable(cause: unknown): PqError | undefined {
  if (!(cause instanceof NotSupportedError)) return undefined
  return new PqError('HPKE_UNAVAILABLE', 'There is no WebCrypto here; in a browser, open the page over https.', {
    cause,
  })
}
