/** A time in milliseconds since 1970 as a person reads it, to the second: `2026-09-21T14:13:20Z`. */
export function utcTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z')
}
