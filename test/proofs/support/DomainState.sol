// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {vm} from "./Cheats.sol";
import {both, choose, either} from "./Logic.sol";

/// @notice What the registry holds of one domain, and of one release of it.
struct DomainState {
    // the hot word
    uint256 hot;
    address publisher;
    uint256 lanes;
    uint256 stableBits;
    uint256 age;
    bool keptStable;
    uint256 latest;
    uint256 seq;
    // the healer's word
    address healer;
    uint256 kept;
    uint256 epochs;
    uint256 fed;
    // the live release
    uint256 live;
    bool liveStable;
    // the release asked for: zero and false if it is gone
    bool inRing;
    bytes32 ipfsHash;
    bool stable;
    // what stands in its place of the ring, be it of this release or of another
    uint256 cell;
    bytes32 keptHash;
}

/// @notice Reads a domain from storage, not through the views: `ViewsAgree` proves that these say the same.
/// @dev The layout is that of `RegistryState.Domain`, whose mapping stands in slot 0.
library DomainStateReader {
    uint256 private constant RING = 8;

    function read(address registry, address domain, uint256 release) internal view returns (DomainState memory s) {
        uint256 base = uint256(keccak256(abi.encode(domain, uint256(0))));
        _readHot(s, _load(registry, base, 0));
        _readHealer(s, _load(registry, base, 1));
        s.keptHash = bytes32(_load(registry, base, 10));
        unchecked {
            s.live = choose(s.age == RING, s.kept, (s.latest - s.age) & type(uint32).max);
            s.liveStable = either(both(s.age == RING, s.keptStable), both(s.age != RING, stableAt(s, s.age)));
            s.inRing = isInRing(s, release);
            s.cell = _load(registry, base, 2 + (release & (RING - 1)));
            bool isKept = both(both(!s.inRing, release != 0), release == s.kept);
            s.ipfsHash = bytes32(choose(s.inRing, s.cell, choose(isKept, uint256(s.keptHash), 0)));
            s.stable = either(both(s.inRing, stableAt(s, s.latest - release)), both(isKept, s.keptStable));
        }
    }

    function isInRing(DomainState memory s, uint256 release) internal pure returns (bool) {
        unchecked {
            return both(both(release != 0, release <= s.latest), s.latest - release < RING);
        }
    }

    /// @param age 0 to 7: nothing outside the ring has a bit here.
    function stableAt(DomainState memory s, uint256 age) internal pure returns (bool) {
        return (s.stableBits >> (age & 7)) & 1 != 0;
    }

    function _readHot(DomainState memory s, uint256 word) private pure {
        s.hot = word;
        s.publisher = address(uint160(word));
        s.lanes = uint8(word >> 160);
        s.stableBits = uint8(word >> 168);
        s.age = uint8(word >> 176);
        s.keptStable = (word >> 184) & 1 != 0;
        s.latest = uint32(word >> 192);
        s.seq = uint32(word >> 224);
    }

    function _readHealer(DomainState memory s, uint256 word) private pure {
        s.healer = address(uint160(word));
        s.kept = uint32(word >> 160);
        s.epochs = uint32(word >> 192);
        s.fed = uint8(word >> 224);
    }

    function _load(address registry, uint256 base, uint256 offset) private view returns (uint256) {
        unchecked {
            return uint256(vm.load(registry, bytes32(base + offset)));
        }
    }
}
