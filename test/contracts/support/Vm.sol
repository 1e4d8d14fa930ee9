// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The cheatcodes that these tests use.
interface Vm {
    function addr(uint256 privateKey) external pure returns (address);
    function sign(uint256 privateKey, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function prank(address sender) external;
    function expectRevert(bytes calldata revertData) external;
    function expectEmit(bool topic1, bool topic2, bool topic3, bool data) external;
    function getCode(string calldata artifact) external view returns (bytes memory creationCode);
    function warp(uint256 timestamp) external;
    function snapshotGasLastCall(string calldata name) external returns (uint256 gasUsed);
}

Vm constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
