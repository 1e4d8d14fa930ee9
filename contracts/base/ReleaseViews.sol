// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDomainSyncRegistry} from "../interfaces/IDomainSyncRegistry.sol";
import {HotSlot, RING} from "../libraries/HotSlot.sol";
import {RootCid} from "../libraries/RootCid.sol";
import {RegistryState} from "./RegistryState.sol";

/// @notice What readers and people on a block explorer ask about releases.
abstract contract ReleaseViews is RegistryState {
    /// @inheritdoc IDomainSyncRegistry
    function head(address domain) external view returns (Head memory) {
        Domain storage d = _domains[domain];
        HotSlot hot = d.hot;
        (uint32 live, bytes32 ipfsHash, bool stable) = _liveRelease(d, hot);
        return Head(ipfsHash, live, hot.latest(), hot.seq(), stable, hot.lanes());
    }

    /// @inheritdoc IDomainSyncRegistry
    function headCid(address domain) external view returns (string memory) {
        (, bytes32 ipfsHash, bool stable) = _liveRelease(_domains[domain], _domains[domain].hot);
        return stable ? RootCid.toString(ipfsHash) : "";
    }

    /// @inheritdoc IDomainSyncRegistry
    function releaseAt(address domain, uint32 release) external view returns (bytes32 ipfsHash, bool stable) {
        Domain storage d = _domains[domain];
        HotSlot hot = d.hot;
        (bool inRing, uint256 ringAge) = _ringAge(hot, release);
        if (inRing) return (d.ring[release % RING].ipfsHash, hot.stableAt(ringAge));
        if (release != 0 && release == d.keptRelease) return (d.keptHash, hot.keptStable());
    }

    /// @inheritdoc IDomainSyncRegistry
    function ring(address domain)
        external
        view
        returns (uint32[8] memory releases, bytes32[8] memory ipfsHashes, bool[8] memory stable)
    {
        Domain storage d = _domains[domain];
        HotSlot hot = d.hot;
        uint32 release = hot.latest();
        for (uint256 i = 0; i < RING && release != 0; ++i) {
            (releases[i], ipfsHashes[i], stable[i]) = (release, d.ring[release % RING].ipfsHash, hot.stableAt(i));
            --release;
        }
    }

    /// @inheritdoc IDomainSyncRegistry
    function rollbackTarget(address domain) external view returns (uint32 release, bytes32 ipfsHash) {
        Domain storage d = _domains[domain];
        HotSlot hot = d.hot;
        for (uint256 i = hot.age() + 1; i < RING; ++i) {
            if (hot.stableAt(i)) {
                release = uint32(hot.latest() - i);
                return (release, d.ring[release % RING].ipfsHash);
            }
        }
        release = d.keptRelease;
        if (release < _live(d, hot) && hot.keptStable()) return (release, d.keptHash);
        release = 0;
    }

    /// @inheritdoc IDomainSyncRegistry
    function kept(address domain) external view returns (uint32 release, bytes32 ipfsHash) {
        return (_domains[domain].keptRelease, _domains[domain].keptHash);
    }

    /// @inheritdoc IDomainSyncRegistry
    function roles(address domain) external view returns (address publisher, address healer, address feed) {
        Domain storage d = _domains[domain];
        return (d.hot.publisher(), d.healer, d.feed);
    }
}
