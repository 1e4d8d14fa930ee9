/** A file of NIST's ACVP vectors (`usnistgov/ACVP-Server`), hex in upper case. */
export interface AcvpVectors<T, G = unknown> {
  readonly testGroups: readonly (G & { readonly tests: readonly (T & { readonly tcId: number })[] })[]
}

/** What tells the variants of FIPS 204 apart. */
export interface MlDsaGroup {
  readonly signatureInterface: 'external' | 'internal'
  /** Of the external interface: ML-DSA (§5.2), or HashML-DSA (§5.4). */
  readonly preHash?: 'pure' | 'preHash'
  /** Of the internal one: the message is hashed with the key beforehand (§6.2, `μ`). */
  readonly externalMu?: boolean
}

/** Every test with its group. */
export function acvpTests<T, G>({
  testGroups,
}: AcvpVectors<T, G>): (T & { readonly tcId: number; readonly group: G })[] {
  return testGroups.flatMap((group) => group.tests.map((test) => ({ ...test, group })))
}
