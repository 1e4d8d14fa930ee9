/** A file of NIST's ACVP vectors (`usnistgov/ACVP-Server`), hex in upper case. */
export interface AcvpVectors<T> {
  readonly testGroups: readonly AcvpGroup<T>[]
}

/** Tests of one interface of FIPS 204. */
export interface AcvpGroup<T> {
  readonly signatureInterface?: 'external' | 'internal'
  readonly preHash?: 'pure' | 'preHash'
  readonly deterministic?: boolean
  readonly externalMu?: boolean
  readonly tests: readonly T[]
}

/**
 * The tests of pure ML-DSA by its public interface (FIPS 204 §5.2, §5.3): the one that is used. HashML-DSA and the internal
 * interface are other algorithms.
 */
export function pureTests<T>({ testGroups }: AcvpVectors<T>): T[] {
  return testGroups
    .filter(({ signatureInterface, preHash }) => signatureInterface === 'external' && preHash === 'pure')
    .flatMap(({ tests }) => tests)
}
