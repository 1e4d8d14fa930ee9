// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The cheatcodes of halmos that the proofs use, under their common names.
interface Cheats {
    function assume(bool condition) external pure;
    function etch(address account, bytes calldata code) external;
    function getCode(string calldata artifact) external view returns (bytes memory creationCode);
    function load(address account, bytes32 slot) external view returns (bytes32 value);
    function prank(address sender) external;
    function warp(uint256 timestamp) external;
}

/// @notice Symbols: each stands for every value of its type at once.
interface SymbolicCheats {
    function createAddress(string calldata name) external returns (address);
    function createBytes(uint256 sizeBytes, string calldata name) external returns (bytes memory);
    function createBytes32(string calldata name) external returns (bytes32);
    function createUint(uint256 sizeBits, string calldata name) external returns (uint256);
    function enableSymbolicStorage(address account) external;
}

Cheats constant vm = Cheats(address(uint160(uint256(keccak256("hevm cheat code")))));
SymbolicCheats constant svm = SymbolicCheats(address(uint160(uint256(keccak256("svm cheat code")))));
