/** What is proved: a contract of `test/proofs` each. */
export interface Property {
  readonly contract: string
  /** Its column in the table. */
  readonly column: string
  /** Of a property that must not hold, to show that the others are about something. */
  readonly refuted?: true
}

export const PROPERTIES: readonly Property[] = [
  { contract: 'InvariantHolds', column: 'invariant' },
  { contract: 'HeadMovesOnlyToStable', column: 'head' },
  { contract: 'SeqRises', column: 'seq' },
  { contract: 'HealerAddsNothing', column: 'healer' },
  { contract: 'KeptSurvives', column: 'kept' },
  { contract: 'OnlyThePublisherAdds', column: 'publisher' },
  { contract: 'DigestsStay', column: 'digests' },
  { contract: 'RollbackStays', column: 'rollback' },
  { contract: 'TrustStays', column: 'trust' },
  { contract: 'OthersAreUntouched', column: 'others' },
  { contract: 'ViewsAgree', column: 'views' },
  { contract: 'NoCallGoesThrough', column: 'reached', refuted: true },
]
