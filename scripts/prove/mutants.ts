/** A change of the contract that some proof must notice. */
export interface Mutant {
  readonly what: string
  readonly file: string
  readonly find: string
  readonly replace: string
  /** The proof that must give a counterexample: contract and check. */
  readonly refutes: readonly [contract: string, check: string]
}

export const MUTANTS: readonly Mutant[] = [
  {
    what: 'rollback goes to quarantined releases of the ring',
    file: 'base/Healing.sol',
    find: 'targetAge < RING ? !hot.stableAt(targetAge) :',
    replace: 'targetAge < RING ? false :',
    refutes: ['HeadMovesOnlyToStable', 'rollback'],
  },
  {
    what: 'rollback goes to a quarantined kept release',
    file: 'base/Healing.sol',
    find: 'target != keptRelease || !hot.keptStable()',
    replace: 'target != keptRelease',
    refutes: ['HeadMovesOnlyToStable', 'rollback'],
  },
  {
    what: 'rollback leaves a newer kept release stable',
    file: 'base/Healing.sol',
    find: 'if (keptRelease > target) hot = hot.withKeptStable(false);',
    replace: '',
    refutes: ['RollbackStays', 'rollback'],
  },
  {
    what: 'rollback leaves the newest release stable',
    file: 'libraries/HotSlot.sol',
    find: '((1 << toAge) - 1)',
    replace: '((1 << toAge) - 2)',
    refutes: ['RollbackStays', 'rollback'],
  },
  {
    what: 'keep does not raise seq',
    file: 'base/Healing.sol',
    find: 'd.hot = hot.withKeptStable(true).raised();',
    replace: 'd.hot = hot.withKeptStable(true);',
    refutes: ['SeqRises', 'keep'],
  },
  {
    what: 'keep replaces the live release',
    file: 'base/Healing.sol',
    find: 'if (hot.age() == AGE_KEPT) revert EvictsLive(d.keptRelease);',
    replace: '',
    refutes: ['InvariantHolds', 'keep'],
  },
  {
    what: 'keep takes the digest of another release',
    file: 'base/Healing.sol',
    find: 'bytes32 ipfsHash = d.ring[release % RING].ipfsHash;',
    replace: 'bytes32 ipfsHash = d.ring[(release + 1) % RING].ipfsHash;',
    refutes: ['InvariantHolds', 'keep'],
  },
  {
    what: 'the healer may publish',
    file: 'base/Publishing.sol',
    find: `        if (msg.sender != hot.publisher()) _refuse(domain);
        _sync(domain, hot, ipfsHash, expectedSeq);`,
    replace: `        if (msg.sender != hot.publisher() && msg.sender != _domains[domain].healer) _refuse(domain);
        _sync(domain, hot, ipfsHash, expectedSeq);`,
    refutes: ['HealerAddsNothing', 'sync'],
  },
  {
    what: 'anyone may publish a batch',
    file: 'base/Publishing.sol',
    find: `            if (msg.sender != hot.publisher()) _refuse(domain);
            if (item`,
    replace: `            if (item`,
    refutes: ['OnlyThePublisherAdds', 'syncBatch_ofOne'],
  },
  {
    what: 'a signature need not name the release that is published',
    file: 'base/Publishing.sol',
    find: 'TypeHashes.sync(domain, ipfsHash, expectedSeq, deadline)',
    replace: 'TypeHashes.sync(domain, 0, expectedSeq, deadline)',
    refutes: ['OnlyThePublisherAdds', 'syncWithSignature'],
  },
  {
    what: 'publishing leaves the age of the live release',
    file: 'libraries/HotSlot.sol',
    find: 'word &= ~(uint256(0xffff) << STABLE);',
    replace: 'word &= ~(uint256(0xff) << STABLE);',
    refutes: ['OnlyThePublisherAdds', 'sync'],
  },
  {
    what: 'publishing leaves a place of the ring out',
    file: 'base/Publishing.sol',
    find: 'd.ring[hot.latest() % RING].ipfsHash = ipfsHash;',
    replace: 'd.ring[(hot.latest() + 1) % RING].ipfsHash = ipfsHash;',
    refutes: ['DigestsStay', 'sync'],
  },
  {
    what: 'publishing forgets the kept release',
    file: 'base/Publishing.sol',
    find: '        d.hot = hot;\n        d.ring',
    replace: '        d.hot = hot.withKeptStable(false);\n        d.ring',
    refutes: ['KeptSurvives', 'syncBatch_ofTheSameTwice'],
  },
  {
    what: 'publisher and healer may be the same',
    file: 'base/RegistryState.sol',
    find: 'if (publisher == healer && publisher != address(0)) revert SharedRole(publisher);',
    replace: '',
    refutes: ['InvariantHolds', 'setRoles'],
  },
  {
    what: 'a reclaim drops a kept release that is live',
    file: 'base/TrustEpochs.sol',
    find: 'if (d.hot.age() != AGE_KEPT) (d.keptRelease',
    replace: '(d.keptRelease',
    refutes: ['InvariantHolds', 'acceptTrust'],
  },
  {
    what: 'a trust is accepted before its time',
    file: 'base/TrustEpochs.sol',
    find: 'if (block.timestamp < d.notBefore) revert TooEarly(d.notBefore, block.timestamp);',
    replace: '',
    refutes: ['TrustStays', 'acceptTrust'],
  },
  {
    what: 'a proposed trust waits for a day',
    file: 'base/TrustEpochs.sol',
    find: '_propose(domain, next, TRUST_DELAY, false);',
    replace: '_propose(domain, next, 1 days, false);',
    refutes: ['TrustStays', 'proposeTrust'],
  },
  {
    what: 'a new trust takes the place of the old one',
    file: 'base/TrustEpochs.sol',
    find: 'd.trust[++d.epochs];',
    replace: 'd.trust[d.epochs];',
    refutes: ['TrustStays', 'acceptTrust'],
  },
  {
    what: 'a feed pauses the feed too',
    file: 'base/Feeds.sol',
    find: 'd.fed = feed != address(0);',
    replace: 'd.fed = feed != address(0);\n        if (d.fed) _domains[feed].hot = _domains[feed].hot.raised();',
    refutes: ['OthersAreUntouched', 'setFeed'],
  },
]
