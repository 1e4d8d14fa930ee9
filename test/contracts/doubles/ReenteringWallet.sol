// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDomainSyncRegistry} from "../../../contracts/interfaces/IDomainSyncRegistry.sol";

/// @notice A contract account that signs everything and publishes something else while it is asked (ERC-1271).
contract ReenteringWallet {
    IDomainSyncRegistry private immutable REGISTRY;

    constructor(IDomainSyncRegistry registry) {
        REGISTRY = registry;
    }

    /// @dev Not `view`: it writes where ERC-1271 wants it to read.
    function isValidSignature(bytes32 hash, bytes memory signature) external returns (bytes4) {
        (address domain, uint32 seq) = abi.decode(signature, (address, uint32));
        try REGISTRY.sync(domain, hash, seq) {} catch {}
        return this.isValidSignature.selector;
    }
}
