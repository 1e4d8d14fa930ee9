// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {IDomainSyncRegistry} from "../interfaces/IDomainSyncRegistry.sol";

/// @notice DNS names as the registry takes them: lower-case A-labels joined by dots, no dot at the end.
library DomainNames {
    /// @dev RFC 1035, section 2.3.4, in text form without the trailing dot.
    uint256 private constant MAX_NAME = 253;
    uint256 private constant MAX_LABEL = 63;

    /// @notice Validates a name and returns its EIP-137 hash. The labels are hashed as they are, without ENSIP-15.
    /// @dev One pass from the right, the order in which EIP-137 folds labels.
    function nodeOf(string calldata name) internal pure returns (bytes32 node) {
        bytes calldata text = bytes(name);
        if (text.length == 0 || text.length > MAX_NAME) revert IDomainSyncRegistry.BadName(name);
        uint256 end = text.length; // of the label being read
        for (uint256 i = text.length; i > 0; --i) {
            bytes1 character = text[i - 1];
            if (character == ".") {
                node = _fold(node, name, i, end);
                end = i - 1;
            } else if (!_isLetterDigitHyphen(character)) {
                revert IDomainSyncRegistry.BadName(name);
            }
        }
        return _fold(node, name, 0, end);
    }

    function _fold(bytes32 node, string calldata name, uint256 start, uint256 end) private pure returns (bytes32) {
        if (start >= end || end - start > MAX_LABEL) revert IDomainSyncRegistry.BadName(name);
        return Hashes.efficientKeccak256(node, keccak256(bytes(name)[start:end]));
    }

    function _isLetterDigitHyphen(bytes1 character) private pure returns (bool) {
        return (character >= "a" && character <= "z") || (character >= "0" && character <= "9") || character == "-";
    }
}
