import { readBody } from '@domainsync/sdk'
import type { ZodType } from 'zod'
import { ReplicaError } from './replica-error.ts'

/** Longest answer that is read whole, in bytes, unpacked: the list of 100,000 roots. */
export const MAX_ANSWER_BYTES = 8 * 1024 * 1024

/** Who answers, and as whom it should: `{ name: 'mine', vendor: 'Pinata' }`. */
export interface Answerer {
  readonly name: string
  readonly vendor: string
}

/**
 * A short answer as text, no matter how much is sent.
 *
 * @throws DomainSyncError `BODY_TOO_LARGE`
 */
export async function readText(response: Response, maxBytes = MAX_ANSWER_BYTES): Promise<string> {
  return new TextDecoder().decode(await readBody(response, maxBytes))
}

/** Reads an answer that is JSON of a shape; see {@link parseAnswer}. */
export function readJson<T>(shape: ZodType<T>, from: Answerer): (response: Response) => Promise<T> {
  return async (response) => parseAnswer(await readText(response), shape, from)
}

/**
 * JSON of a shape.
 *
 * @throws ReplicaError `REPLICA_FAILED`, which another try does not mend. Nothing is quoted: an answer may repeat a token.
 */
export function parseAnswer<T>(text: string, shape: ZodType<T>, { name, vendor }: Answerer): T {
  const parsed = shape.safeParse(jsonOf(text))
  if (parsed.success) return parsed.data
  const message = `${name} does not answer as ${vendor} does; correct its URL.`
  throw new ReplicaError('REPLICA_FAILED', message, { retryable: false })
}

/** `undefined` for what is no JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
