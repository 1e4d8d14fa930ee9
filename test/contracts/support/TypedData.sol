// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {vm} from "./Vm.sol";

/// @notice An EIP-712 signature for the registry, written out; 65 bytes.
function signTyped(address registry, uint256 key, bytes32 structHash) view returns (bytes memory) {
    bytes32 separator = keccak256(
        abi.encode(
            keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
            keccak256("DomainSync"),
            keccak256("1"),
            block.chainid,
            registry
        )
    );
    (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, keccak256(abi.encodePacked("\x19\x01", separator, structHash)));
    return abi.encodePacked(r, s, v);
}
