// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {vm} from "./Cheats.sol";

/// @notice What the registry holds of one trust epoch of a domain, and of the trust that is proposed.
struct TrustState {
    // the four words of the epoch; the first has the owner
    bytes32 first;
    bytes32 second;
    bytes32 third;
    bytes32 fourth;
    bytes32 node;
    bytes32 pending;
    uint256 notBefore;
}

/// @dev The layout is that of `RegistryState.Domain`, whose mapping stands in slot 0.
library TrustStateReader {
    function read(address registry, address domain, uint256 epoch) internal view returns (TrustState memory s) {
        uint256 base = uint256(keccak256(abi.encode(domain, uint256(0))));
        unchecked {
            uint256 place = uint256(keccak256(abi.encode(epoch, base + 12)));
            s.first = vm.load(registry, bytes32(place));
            s.second = vm.load(registry, bytes32(place + 1));
            s.third = vm.load(registry, bytes32(place + 2));
            s.fourth = vm.load(registry, bytes32(place + 3));
            s.node = vm.load(registry, bytes32(base + 11));
            s.pending = vm.load(registry, bytes32(base + 13));
            s.notBefore = uint64(uint256(vm.load(registry, bytes32(base + 14))));
        }
    }
}
