// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @notice A contract account of one key: what its holder signed, it signed (ERC-1271).
contract SignatureWallet is IERC1271 {
    address private immutable HOLDER;

    constructor(address holder) {
        HOLDER = holder;
    }

    /// @inheritdoc IERC1271
    function isValidSignature(bytes32 hash, bytes memory signature) external view returns (bytes4) {
        (address signer,,) = ECDSA.tryRecover(hash, signature);
        return signer == HOLDER ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}
