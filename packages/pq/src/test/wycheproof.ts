/** A file of Wycheproof's ML-DSA vectors (C2SP/wycheproof), hex in lower case. */
export interface WycheproofVectors<G> {
  readonly numberOfTests: number
  readonly testGroups: readonly (G & { readonly tests: readonly WycheproofTest[] })[]
}

/** One test. Those with `mu` and no `msg` are of the internal interface. */
export interface WycheproofTest {
  readonly tcId: number
  readonly comment: string
  readonly msg?: string
  readonly ctx?: string
  readonly rnd?: string
  readonly sig: string
  readonly result: 'valid' | 'invalid'
  readonly flags: readonly string[]
}

/** Every test with its group. */
export function wycheproofTests<G>({ testGroups }: WycheproofVectors<G>): (WycheproofTest & { readonly group: G })[] {
  return testGroups.flatMap((group) => group.tests.map((test) => ({ ...test, group })))
}
