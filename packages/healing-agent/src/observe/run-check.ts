import type { SiteCheck } from '../agent-domain.ts'
import type { PageAnswer } from './get-page.ts'

/** Why a page fails its check; `undefined` when it passes. */
export function failedCheck({ status, contains }: SiteCheck, answer: PageAnswer): string | undefined {
  if (answer.status !== status) return `status ${answer.status}, expected ${status}`
  if (contains !== undefined && !Buffer.from(answer.body).includes(contains)) return `"${contains}" is not on the page`
  return undefined
}
