// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDomainSyncRegistry} from "../interfaces/IDomainSyncRegistry.sol";
import {HotSlot, AGE_KEPT, LANE_FEED, LANE_HEALING, LANE_PUBLISHING, RING} from "../libraries/HotSlot.sol";
import {RegistryState} from "./RegistryState.sol";

/// @notice What healer, guardian and owner may do with releases and lanes: nothing here adds content.
abstract contract Healing is RegistryState {
    /// @inheritdoc IDomainSyncRegistry
    function logHealthFailure(address domain, bytes32 ipfsHash) external {
        Domain storage d = _domains[domain];
        if (msg.sender != d.healer) _refuse(domain);
        if (d.fed) revert LanePaused(domain, LANE_FEED);
        emit DomainSync(domain, ipfsHash, block.timestamp, false);
    }

    /// @inheritdoc IDomainSyncRegistry
    function rollback(address domain, uint32 target, uint32 expectedSeq) external {
        Domain storage d = _domains[domain];
        HotSlot hot = d.hot;
        (address healer, uint32 keptRelease) = (d.healer, d.keptRelease);
        _requireHealing(domain, hot, healer, false);
        if (hot.seq() != expectedSeq) revert StaleSeq(expectedSeq, hot.seq());
        uint32 live = _live(d, hot);
        if (target == 0 || target >= live) revert NotStable(target);
        uint256 targetAge = hot.latest() - target;
        if (targetAge < RING ? !hot.stableAt(targetAge) : target != keptRelease || !hot.keptStable()) {
            revert NotStable(target);
        }
        if (targetAge >= RING) targetAge = AGE_KEPT;
        if (keptRelease > target) hot = hot.withKeptStable(false);
        hot = hot.rolledBack(targetAge);
        d.hot = hot;
        emit RolledBack(domain, live, target, hot.seq());
        bytes32 restored = targetAge == AGE_KEPT ? d.keptHash : d.ring[target % RING].ipfsHash;
        emit DomainSync(domain, restored, block.timestamp, true);
    }

    /// @inheritdoc IDomainSyncRegistry
    function keep(address domain, uint32 release, uint32 expectedSeq) external {
        Domain storage d = _domains[domain];
        HotSlot hot = d.hot;
        _requireHealing(domain, hot, d.healer, true);
        if (hot.seq() != expectedSeq) revert StaleSeq(expectedSeq, hot.seq());
        // a quarantined one protects nothing: it may give way to an older stable one
        if (release <= d.keptRelease && hot.keptStable()) revert NotNewer(release, d.keptRelease);
        (bool inRing, uint256 ringAge) = _ringAge(hot, release);
        if (!inRing || !hot.stableAt(ringAge)) revert NotStable(release);
        // the live release is only kept: replacing it would move the head
        if (hot.age() == AGE_KEPT) revert EvictsLive(d.keptRelease);
        bytes32 ipfsHash = d.ring[release % RING].ipfsHash;
        d.keptRelease = release;
        d.keptHash = ipfsHash;
        d.hot = hot.withKeptStable(true).raised();
        emit Kept(domain, release, ipfsHash);
    }

    /// @inheritdoc IDomainSyncRegistry
    function quarantine(address domain, uint32 release) external {
        _requireOwnerOrGuardian(domain);
        _setStable(domain, release, false);
    }

    /// @inheritdoc IDomainSyncRegistry
    function reinstate(address domain, uint32 release) external {
        _requireOwner(domain);
        _setStable(domain, release, true);
    }

    /// @inheritdoc IDomainSyncRegistry
    function pause(address domain, uint8 lanes) external {
        HotSlot hot = _domains[domain].hot;
        Trust storage trust = _epoch(domain);
        if (lanes > LANE_PUBLISHING | LANE_HEALING) revert NotAuthorized(domain, msg.sender);
        if (msg.sender != trust.owner && msg.sender != trust.guardian) {
            if (msg.sender != _domains[domain].healer || lanes > LANE_PUBLISHING) {
                revert NotAuthorized(domain, msg.sender);
            }
            if (hot.lanes() & LANE_HEALING != 0) revert LanePaused(domain, hot.lanes());
        }
        _setLanes(domain, hot, hot.lanes() | lanes);
    }

    /// @inheritdoc IDomainSyncRegistry
    function unpause(address domain, uint8 lanes) external {
        _requireOwner(domain);
        if (lanes > LANE_PUBLISHING | LANE_HEALING) revert NotAuthorized(domain, msg.sender);
        HotSlot hot = _domains[domain].hot;
        _setLanes(domain, hot, hot.lanes() & ~lanes);
    }

    /// @dev Owner always, guardian if allowed, healer unless healing is paused; nobody while the domain lives in a feed.
    function _requireHealing(address domain, HotSlot hot, address healer, bool guardianToo) private view {
        uint8 lanes = hot.lanes();
        if (lanes & LANE_FEED != 0) revert LanePaused(domain, lanes);
        bool isHealer = msg.sender == healer;
        if (isHealer && lanes & LANE_HEALING == 0) return;
        Trust storage trust = _epoch(domain);
        if (msg.sender == trust.owner || (guardianToo && msg.sender == trust.guardian)) return;
        if (isHealer) revert LanePaused(domain, lanes);
        revert NotAuthorized(domain, msg.sender);
    }

    function _setStable(address domain, uint32 release, bool stable) private {
        Domain storage d = _domains[domain];
        HotSlot hot = d.hot;
        HotSlot next = hot;
        (bool inRing, uint256 ringAge) = _ringAge(hot, release);
        bool isKept = release != 0 && release == d.keptRelease;
        if (!inRing && !isKept) revert NotStable(release);
        if (inRing) next = next.withStableAt(ringAge, stable);
        if (isKept) next = next.withKeptStable(stable);
        if (HotSlot.unwrap(next) == HotSlot.unwrap(hot)) return;
        d.hot = next.raised();
        emit StableChanged(domain, release, stable, msg.sender);
    }

    function _setLanes(address domain, HotSlot hot, uint8 lanes) private {
        if (lanes == hot.lanes()) return;
        _domains[domain].hot = hot.withLanes(lanes).raised();
        emit LanesChanged(domain, lanes, msg.sender);
    }
}
