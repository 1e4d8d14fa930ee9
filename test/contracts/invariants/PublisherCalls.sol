// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDomainSyncRegistry} from "../../../contracts/interfaces/IDomainSyncRegistry.sol";
import {TypeHashes} from "../../../contracts/libraries/TypeHashes.sol";
import {signTyped} from "../support/TypedData.sol";
import {vm} from "../support/Vm.sol";
import {DomainState} from "./DomainState.sol";
import {RegistryWorld} from "./RegistryWorld.sol";

/// @notice The publisher, a thief with its key, and anyone with its signature.
abstract contract PublisherCalls is RegistryWorld {
    mapping(address publisher => uint256) private keyOf;
    address[3] internal publishers;

    constructor(uint256[3] memory keys) {
        for (uint256 i = 0; i < keys.length; ++i) {
            publishers[i] = vm.addr(keys[i]);
            keyOf[publishers[i]] = keys[i];
        }
    }

    function sync(uint8 which, uint8 who, uint8 staleness) external {
        which %= 3;
        DomainState memory s = state(which);
        address caller = mostly(s.publisher, who, s);
        step(which, s, caller, abi.encodeCall(REGISTRY.sync, (domains[which], digestFor(which), _seq(s, staleness))));
    }

    /// @notice Many at once, to get everything good out of the ring.
    function flood(uint8 which, uint8 count) external {
        which %= 3;
        for (uint256 i = 0; i < 1 + count % 12; ++i) {
            DomainState memory s = state(which);
            step(which, s, s.publisher, abi.encodeCall(REGISTRY.sync, (domains[which], digestFor(which), s.head.seq)));
        }
    }

    function syncWithSignature(uint8 which, uint8 key, uint8 staleness, bool late) external {
        which %= 3;
        DomainState memory s = state(which);
        address publisher = key < 224 ? s.publisher : publishers[key % 3];
        uint256 deadline = late && staleness < 64 ? clock - 1 : clock;
        step(which, s, STRANGER, _signed(which, _keyOf(publisher), _seq(s, staleness), deadline));
    }

    /// @notice For the domains that the first one's publisher has, one after the other; the same one may come again.
    function syncBatch(uint8 which, uint8 who, uint8 count, uint32 stale) external {
        which %= 3;
        DomainState memory s = state(which);
        address caller = mostly(s.publisher, who, s);
        uint32[DOMAINS] memory seqs;
        DomainState[DOMAINS] memory about;
        IDomainSyncRegistry.Item[] memory items = new IDomainSyncRegistry.Item[](1 + count % 8);
        for (uint256 i = 0; i < items.length; ++i) {
            uint256 next = _nextOf(caller, which, i);
            if (about[next].trust.owner == address(0)) {
                about[next] = state(next);
                seqs[next] = about[next].head.seq;
            }
            bool isStale = (stale >> i) & 3 == 3;
            items[i] = IDomainSyncRegistry.Item(domains[next], isStale ? seqs[next] + 7 : seqs[next]++, digestFor(next));
        }
        step(about, caller, abi.encodeCall(REGISTRY.syncBatch, (items)));
    }

    function logFailure(uint8 which, uint8 who) external {
        which %= 3;
        DomainState memory s = state(which);
        step(which, s, mostly(s.publisher, who, s), abi.encodeCall(REGISTRY.logFailure, (domains[which], bytes32(0))));
    }

    function _signed(uint256 which, uint256 key, uint32 seq, uint256 deadline) private returns (bytes memory call) {
        bytes32 ipfsHash = digestFor(which);
        bytes32 message = keccak256(abi.encode(TypeHashes.SYNC, domains[which], ipfsHash, seq, deadline));
        bytes memory signature = signTyped(address(REGISTRY), key, message);
        return abi.encodeCall(REGISTRY.syncWithSignature, (domains[which], ipfsHash, seq, deadline, signature));
    }

    /// @dev The next domain with the same publisher; the first one again if there is none.
    function _nextOf(address publisher, uint256 which, uint256 i) private view returns (uint256) {
        uint256 next = (which + i) % DOMAINS;
        (address its,,) = REGISTRY.roles(domains[next]);
        return its == publisher ? next : which;
    }

    function _keyOf(address publisher) private view returns (uint256) {
        return publisher == address(0) ? 1 : keyOf[publisher];
    }

    function _seq(DomainState memory s, uint8 staleness) private pure returns (uint32) {
        return staleness < 240 ? s.head.seq : s.head.seq + 1 - staleness % 3;
    }
}
