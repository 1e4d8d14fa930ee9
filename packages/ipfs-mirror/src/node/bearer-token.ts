import { createHash, timingSafeEqual } from 'node:crypto'

/** Whether an Authorization header carries the token; takes equally long for every wrong one. */
export function tokenMatches(authorization: string | undefined, token: string): boolean {
  const [, given] = /^Bearer ([^\s]+)$/i.exec(authorization ?? '') ?? []
  return timingSafeEqual(digest(given ?? ''), digest(token)) && given !== undefined
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
