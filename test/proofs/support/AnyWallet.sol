// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A contract wallet (ERC-1271) that answers one word, whatever that is, to every question.
contract AnyWallet {
    bytes32 private immutable _answer;

    constructor(bytes32 answer) {
        _answer = answer;
    }

    function isValidSignature(bytes32, bytes calldata) external view returns (bytes32) {
        return _answer;
    }
}
