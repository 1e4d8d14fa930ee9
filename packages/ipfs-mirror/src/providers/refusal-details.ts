import { readText } from './read-answer.ts'

/** Longest refusal that is read, in bytes. */
const MAX_REFUSAL_BYTES = 64 * 1024

/** The words of a refusal. */
export interface RefusalWords {
  readonly message: string
  /** It is a page for a browser: something else than the provider's API answers. */
  readonly isPage: boolean
}

/**
 * What a refusal says: the sentence of the JSON that Kubo (`Message`), IPFS Cluster (`message`), pinning services (`error.details`,
 * `error.reason`) and others (`error`) send, or the plain text. Pages of HTML say nothing, nor does a refusal that is longer than any sentence.
 */
export async function readRefusal(response: Response): Promise<RefusalWords> {
  const text = await readText(response, MAX_REFUSAL_BYTES).catch(() => '')
  const isPage = /^\s*</.test(text)
  return { isPage, message: isPage ? '' : sentenceOf(text) }
}

function sentenceOf(text: string): string {
  try {
    const { Message, message, error } = JSON.parse(text) as Record<string, unknown>
    const found = [Message, message, detailsOf(error), error].find((one) => typeof one === 'string' && one !== '')
    return typeof found === 'string' ? found : text
  } catch {
    return text
  }
}

function detailsOf(error: unknown): unknown {
  if (typeof error !== 'object' || error === null) return undefined
  const { details, reason, message } = error as Record<string, unknown>
  return details ?? reason ?? message
}
