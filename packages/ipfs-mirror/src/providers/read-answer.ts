import { readBody } from '@domainsync/sdk'

/** Longest answer that is read whole, in bytes, unpacked: the list of 100,000 roots. */
export const MAX_ANSWER_BYTES = 8 * 1024 * 1024

/**
 * A short answer as text, no matter how much is sent.
 *
 * @throws DomainSyncError `BODY_TOO_LARGE`
 */
export async function readText(response: Response, maxBytes = MAX_ANSWER_BYTES): Promise<string> {
  return new TextDecoder().decode(await readBody(response, maxBytes))
}

/** The same as JSON, unchecked. */
export async function readJson(response: Response): Promise<unknown> {
  return JSON.parse(await readText(response))
}
