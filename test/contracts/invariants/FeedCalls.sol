// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDomainSyncRegistry} from "../../../contracts/interfaces/IDomainSyncRegistry.sol";
import {DomainState} from "./DomainState.sol";
import {RegistryWorld} from "./RegistryWorld.sol";

/// @notice Domains go into feeds and leave them; feeds anchor maps of two leaves.
abstract contract FeedCalls is RegistryWorld {
    uint32 private anchored;

    function setFeed(uint8 which, uint8 who, uint8 choice) external {
        which %= 3;
        DomainState memory s = state(which);
        // out again most of the time: a domain in a feed does nothing else
        address feed = choice % 4 == 0 ? domains[choice / 4 % 3] : address(0);
        step(which, s, mostly(s.trust.owner, who, s), abi.encodeCall(REGISTRY.setFeed, (domains[which], feed)));
    }

    /// @dev A leaf is current exactly while its domain has chosen the feed.
    function anchor(uint8 which, uint8 who, uint8 staleness) external {
        which %= 3;
        DomainState memory s = state(which);
        ++anchored;
        bytes32 root = _root(_hash(_leaf(0)), _hash(_leaf(1)));
        uint32 seq = staleness < 240 ? s.head.seq : s.head.seq + 1;
        bytes memory call = abi.encodeCall(REGISTRY.anchor, (domains[which], root, bytes32(0), seq));
        step(which, s, mostly(s.publisher, who, s), call);
        for (uint256 i = 0; i < 2; ++i) {
            bytes32[] memory proof = new bytes32[](1);
            proof[0] = _hash(_leaf(1 - i));
            check(REGISTRY.verifyLeaf(_leaf(i), proof) == (state(i).feed == domains[which]), "a leaf is of the chosen feed");
            check(!REGISTRY.verifyLeaf(_leaf(1 - i), proof), "and proven");
        }
    }

    function _leaf(uint256 which) private view returns (IDomainSyncRegistry.Leaf memory) {
        return IDomainSyncRegistry.Leaf(domains[which], keccak256(abi.encode(which, anchored)), anchored, 0, true);
    }

    function _root(bytes32 one, bytes32 other) private pure returns (bytes32) {
        return keccak256(one < other ? abi.encode(one, other) : abi.encode(other, one));
    }

    function _hash(IDomainSyncRegistry.Leaf memory leaf) private pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(leaf))));
    }
}
