// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The text of a release root: CIDv1, dag-pb, sha2-256, base32 ("bafybei…", 59 characters).
library RootCid {
    /// @dev RFC 4648 base32, lower case, as multibase prefix "b" says.
    bytes32 private constant ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
    /// @dev CID version 1, codec dag-pb (0x70), multihash sha2-256 (0x12) of 32 bytes.
    uint256 private constant PREFIX = 0x01701220;
    uint256 private constant LENGTH = 58; // ceil(288 bits / 5)

    function toString(bytes32 digest) internal pure returns (string memory) {
        bytes memory text = new bytes(1 + LENGTH);
        text[0] = "b";
        // 288 bits and two of padding, taken five at a time from the right.
        uint256 low = uint256(digest) << 2; // the low 256 bits of the 290-bit number
        uint256 high = (PREFIX << 2) | (uint256(digest) >> 254); // the rest
        for (uint256 i = LENGTH; i > 0; --i) {
            text[i] = ALPHABET[low & 31];
            low = (low >> 5) | (high << 251);
            high >>= 5;
        }
        return string(text);
    }
}
