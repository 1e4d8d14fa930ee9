// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDomainSyncRegistry} from "../../../contracts/interfaces/IDomainSyncRegistry.sol";

/// @notice One domain as anyone reads it.
struct DomainState {
    IDomainSyncRegistry.Head head;
    uint32 kept;
    bytes32 keptHash;
    bool keptStable;
    // the ring, newest first
    uint32[8] releases;
    bytes32[8] ipfsHashes;
    bool[8] stable;
    address publisher;
    address healer;
    address feed;
    // of the current epoch
    IDomainSyncRegistry.Trust trust;
    bytes32 pendingTrust;
    uint64 notBefore;
    bool reclaim;
    uint32 reclaims;
    // that it anchored as a feed
    bytes32 root;
}

library DomainStateReader {
    function read(IDomainSyncRegistry registry, address domain) internal view returns (DomainState memory s) {
        s.head = registry.head(domain);
        (s.kept, s.keptHash) = registry.kept(domain);
        (, s.keptStable) = registry.releaseAt(domain, s.kept);
        (s.releases, s.ipfsHashes, s.stable) = registry.ring(domain);
        (s.publisher, s.healer, s.feed) = registry.roles(domain);
        s.trust = registry.trustAt(domain, type(uint32).max);
        (s.pendingTrust, s.notBefore, s.reclaim) = registry.pendingTrust(domain);
        s.reclaims = registry.reclaims(domain);
        (s.root,) = registry.feedHead(domain);
    }
}
