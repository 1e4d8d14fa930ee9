/** What a page of a site must answer. */
export interface SiteCheck {
  /** Begins with `/`. */
  readonly path: string
  readonly status: number
  /** A text that the body must hold. */
  readonly contains?: string | undefined
}

/** What a server answered. The body is what content decoding left. */
export interface PageAnswer {
  readonly status: number
  readonly body: Uint8Array
}

/** Why a page fails its check; `undefined` when it passes. Bodies are read as UTF-8. */
export function failedCheck({ status, contains }: SiteCheck, answer: PageAnswer): string | undefined {
  if (answer.status !== status) return `status ${answer.status}, expected ${status}`
  if (contains === undefined || new TextDecoder().decode(answer.body).includes(contains)) return undefined
  return `"${contains}" is not on the page`
}
