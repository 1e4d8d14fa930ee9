import type { Check } from '@domainsync/sdk'

/** Nobody answers there. */
export const NO_ANSWER: ReadonlySet<string | undefined> = new Set(['SERVED_UNREACHABLE', 'SERVED_TIMEOUT'])

/** What readers do not get as it was signed: a line each, and one for all pages that nobody answered for in the same way. */
export function servedFaults(wrong: readonly Pick<Check, 'code' | 'subject' | 'detail'>[]): string[] {
  const alike = new Map<string, { line: string; more: number }>()
  for (const { code, subject, detail } of wrong) {
    const line = `${code} ${subject}: ${detail}`
    // The same but for its address.
    const key = NO_ANSWER.has(code) ? `${code} ${detail.replace(/https?:\/\/\S+/g, '')}` : line
    const known = alike.get(key)
    if (known === undefined) alike.set(key, { line, more: 0 })
    else known.more++
  }
  return [...alike.values()].map(({ line, more }) => (more === 0 ? line : `${line} The same for ${more} more.`))
}
