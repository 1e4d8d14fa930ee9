/** A file of Wycheproof's vectors (C2SP/wycheproof), hex in lower case. Files here may hold some of its groups only. */
export interface WycheproofVectors<T, G = unknown> {
  readonly testGroups: readonly (G & { readonly tests: readonly (T & WycheproofTest)[] })[]
}

/** What every test says of itself. */
export interface WycheproofTest {
  readonly tcId: number
  readonly result: 'valid' | 'invalid'
  readonly flags: readonly string[]
}

/** Every test with its group. */
export function wycheproofTests<T, G>({
  testGroups,
}: WycheproofVectors<T, G>): (T & WycheproofTest & { readonly group: G })[] {
  return testGroups.flatMap((group) => group.tests.map((test) => ({ ...test, group })))
}
