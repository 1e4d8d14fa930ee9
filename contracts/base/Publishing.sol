// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IDomainSyncRegistry} from "../interfaces/IDomainSyncRegistry.sol";
import {HotSlot, LANE_FEED, RING} from "../libraries/HotSlot.sol";
import {TypeHashes} from "../libraries/TypeHashes.sol";
import {RegistryState} from "./RegistryState.sol";

/// @notice What the publisher may do: add content, and log attempts that failed.
abstract contract Publishing is RegistryState, EIP712 {
    /// @inheritdoc IDomainSyncRegistry
    function sync(address domain, bytes32 ipfsHash, uint32 expectedSeq) external {
        HotSlot hot = _domains[domain].hot;
        if (msg.sender != hot.publisher()) _refuse(domain);
        _sync(domain, hot, ipfsHash, expectedSeq);
    }

    /// @inheritdoc IDomainSyncRegistry
    function syncWithSignature(
        address domain,
        bytes32 ipfsHash,
        uint32 expectedSeq,
        uint256 deadline,
        bytes calldata signature
    ) external {
        if (block.timestamp > deadline) revert Expired(deadline, block.timestamp);
        HotSlot hot = _domains[domain].hot;
        address publisher = hot.publisher();
        bytes32 digest = _hashTypedDataV4(TypeHashes.sync(domain, ipfsHash, expectedSeq, deadline));
        if (!SignatureChecker.isValidSignatureNowCalldata(publisher, digest, signature)) revert BadSignature(publisher);
        _sync(domain, hot, ipfsHash, expectedSeq);
    }

    /// @inheritdoc IDomainSyncRegistry
    function syncBatch(Item[] calldata items) external returns (uint256 failed) {
        for (uint256 i = 0; i < items.length; ++i) {
            Item calldata item = items[i];
            address domain = item.domain;
            Domain storage d = _domains[domain];
            HotSlot hot = d.hot;
            if (msg.sender != hot.publisher()) _refuse(domain);
            if (item.ipfsHash == 0) revert ZeroHash();
            // the age is asked here too: a call costs 40 gas for each item
            bool success = hot.takes(item.expectedSeq) && (hot.age() != RING - 1 || !_evictsLive(d, hot));
            if (success) _append(d, hot, item.ipfsHash);
            else ++failed;
            emit DomainSync(domain, item.ipfsHash, block.timestamp, success);
        }
    }

    /// @inheritdoc IDomainSyncRegistry
    function logFailure(address domain, bytes32 ipfsHash) external {
        HotSlot hot = _domains[domain].hot;
        if (msg.sender != hot.publisher()) _refuse(domain);
        if (hot.lanes() & LANE_FEED != 0) revert LanePaused(domain, hot.lanes());
        emit DomainSync(domain, ipfsHash, block.timestamp, false);
    }

    function _sync(address domain, HotSlot hot, bytes32 ipfsHash, uint32 expectedSeq) private {
        Domain storage d = _domains[domain];
        if (ipfsHash == 0) revert ZeroHash();
        if (!hot.takes(expectedSeq)) _refuseSeq(domain, hot, expectedSeq);
        if (_evictsLive(d, hot)) revert EvictsLive(_live(d, hot));
        _append(d, hot, ipfsHash);
        emit DomainSync(domain, ipfsHash, block.timestamp, true);
    }

    function _append(Domain storage d, HotSlot hot, bytes32 ipfsHash) private {
        hot = hot.published();
        d.hot = hot;
        d.ring[hot.latest() % RING].ipfsHash = ipfsHash;
    }

    /// @dev The next release takes the place of the oldest one in the ring. A quarantined one is nothing to go back to.
    function _evictsLive(Domain storage d, HotSlot hot) private view returns (bool) {
        return hot.age() == RING - 1 && hot.stableAt(RING - 1) && _live(d, hot) != d.keptRelease;
    }
}
