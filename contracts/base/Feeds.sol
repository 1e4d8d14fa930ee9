// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {IDomainSyncRegistry} from "../interfaces/IDomainSyncRegistry.sol";
import {HotSlot, LANE_FEED, LANE_PUBLISHING} from "../libraries/HotSlot.sol";
import {RegistryState} from "./RegistryState.sol";

/// @notice Feeds: one registered domain that anchors a whole map of domains.
abstract contract Feeds is RegistryState {
    /// @inheritdoc IDomainSyncRegistry
    function setFeed(address domain, address feed) external {
        _requireOwner(domain);
        if (feed == domain) revert SharedRole(feed);
        if (feed != address(0)) _epoch(feed);
        _setFeed(domain, feed);
        _domains[domain].hot = _domains[domain].hot.raised();
    }

    /// @inheritdoc IDomainSyncRegistry
    function anchor(address feed, bytes32 root, bytes32 manifestHash, uint32 expectedSeq) external {
        Domain storage d = _domains[feed];
        HotSlot hot = d.hot;
        if (msg.sender != hot.publisher()) _refuse(feed);
        if (root == 0) revert ZeroHash();
        if (!hot.takes(expectedSeq)) _refuseSeq(feed, hot, expectedSeq);
        hot = hot.raised();
        d.hot = hot;
        d.root = root;
        emit Anchored(feed, root, manifestHash, hot.seq());
    }

    /// @inheritdoc IDomainSyncRegistry
    function verifyLeaf(Leaf calldata leaf, bytes32[] calldata proof) external view returns (bool current) {
        bytes32 root = _domains[_domains[leaf.domain].feed].root;
        if (!leaf.success || root == 0) return false;
        return MerkleProof.verifyCalldata(proof, root, keccak256(bytes.concat(keccak256(abi.encode(leaf)))));
    }

    /// @inheritdoc IDomainSyncRegistry
    function feedHead(address feed) external view returns (bytes32 root, uint32 seq) {
        return (_domains[feed].root, _domains[feed].hot.seq());
    }

    function _setFeed(address domain, address feed) internal {
        Domain storage d = _domains[domain];
        uint8 lanes = d.hot.lanes();
        if (feed != address(0)) lanes |= LANE_FEED;
        else if (lanes & LANE_FEED != 0) lanes = (lanes & ~LANE_FEED) | LANE_PUBLISHING;
        d.hot = d.hot.withLanes(lanes);
        d.fed = feed != address(0);
        d.feed = feed;
        emit FeedChanged(domain, feed);
    }
}
