// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDomainSyncRegistry} from "../interfaces/IDomainSyncRegistry.sol";
import {HotSlot, AGE_KEPT, RING} from "../libraries/HotSlot.sol";

/// @notice The state of every domain, and who is who in it.
abstract contract RegistryState is IDomainSyncRegistry {
    /// @dev One word of the ring. A struct, so that the compiler need not shift bytes inside the word: 60 gas less per sync.
    struct Cell {
        bytes32 ipfsHash;
    }

    /// @dev One domain. A steady `sync` touches `hot` and one word of the ring, a healer's log only the second word.
    struct Domain {
        HotSlot hot;
        // one word
        address healer;
        uint32 keptRelease;
        uint32 epochs; // trust epochs so far; 0: not registered
        bool fed; // the feed lane bit, again, for what reads only this word
        // release n stands at n % 8
        Cell[RING] ring;
        bytes32 keptHash;
        bytes32 node;
        mapping(uint256 epoch => Trust) trust;
        // a proposed trust, or a reclaim
        bytes32 pendingTrust;
        uint64 notBefore;
        bool reclaim;
        uint32 reclaims; // ever started: makes an attestation good for one of them only
        // feeds
        address feed; // that this domain chose
        bytes32 root; // that this domain anchored as a feed
    }

    mapping(address domain => Domain) internal _domains;

    function _live(Domain storage d, HotSlot hot) internal view returns (uint32) {
        return hot.age() == AGE_KEPT ? d.keptRelease : uint32(hot.latest() - hot.age());
    }

    function _liveRelease(Domain storage d, HotSlot hot)
        internal
        view
        returns (uint32 live, bytes32 ipfsHash, bool stable)
    {
        live = _live(d, hot);
        if (hot.age() == AGE_KEPT) return (live, d.keptHash, hot.keptStable());
        return (live, d.ring[live % RING].ipfsHash, hot.stableAt(hot.age()));
    }

    function _ringAge(HotSlot hot, uint32 release) internal pure returns (bool inRing, uint256 ringAge) {
        uint32 latest = hot.latest();
        if (release == 0 || release > latest || latest - release >= RING) return (false, 0);
        return (true, latest - release);
    }

    /// @dev The current epoch of a registered domain.
    function _epoch(address domain) internal view returns (Trust storage) {
        Domain storage d = _domains[domain];
        uint256 epochs = d.epochs;
        if (epochs == 0) revert NotRegistered(domain);
        return d.trust[epochs];
    }

    function _requireOwner(address domain) internal view {
        if (msg.sender != _epoch(domain).owner) revert NotAuthorized(domain, msg.sender);
    }

    function _requireOwnerOrGuardian(address domain) internal view {
        Trust storage trust = _epoch(domain);
        if (msg.sender != trust.owner && msg.sender != trust.guardian) revert NotAuthorized(domain, msg.sender);
    }

    function _refuse(address domain) internal view {
        _epoch(domain);
        revert NotAuthorized(domain, msg.sender);
    }

    function _refuseSeq(address domain, HotSlot hot, uint32 expectedSeq) internal pure {
        if (hot.seq() != expectedSeq) revert StaleSeq(expectedSeq, hot.seq());
        revert LanePaused(domain, hot.lanes());
    }

    function _setRoles(address domain, address publisher, address healer) internal {
        if (publisher == healer && publisher != address(0)) revert SharedRole(publisher);
        Domain storage d = _domains[domain];
        d.hot = d.hot.withPublisher(publisher);
        d.healer = healer;
        emit RolesChanged(domain, publisher, healer);
    }
}
