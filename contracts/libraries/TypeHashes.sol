// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDomainSyncRegistry} from "../interfaces/IDomainSyncRegistry.sol";

/// @notice EIP-712 struct hashes of everything that is signed for the registry. `fromRelease` is never signed: the
/// contract sets it.
library TypeHashes {
    bytes32 internal constant TRUST =
        keccak256("Trust(address owner,address guardian,address signer,bytes32 pqKeyHash)");
    bytes32 internal constant REGISTRATION = keccak256(
        "Registration(string name,Trust trust,address publisher,address healer,uint256 deadline)"
        "Trust(address owner,address guardian,address signer,bytes32 pqKeyHash)"
    );
    bytes32 internal constant RECLAIM = keccak256(
        "Reclaim(string name,Trust next,uint32 nonce,uint256 deadline)"
        "Trust(address owner,address guardian,address signer,bytes32 pqKeyHash)"
    );
    bytes32 internal constant SYNC =
        keccak256("Sync(address domain,bytes32 ipfsHash,uint32 expectedSeq,uint256 deadline)");

    function trust(IDomainSyncRegistry.Trust calldata value) internal pure returns (bytes32) {
        return keccak256(abi.encode(TRUST, value.owner, value.guardian, value.signer, value.pqKeyHash));
    }

    function registration(
        string calldata name,
        IDomainSyncRegistry.Trust calldata next,
        address publisher,
        address healer,
        uint256 deadline
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(REGISTRATION, keccak256(bytes(name)), trust(next), publisher, healer, deadline));
    }

    function reclaim(
        string calldata name,
        IDomainSyncRegistry.Trust calldata next,
        uint32 nonce,
        uint256 deadline
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(RECLAIM, keccak256(bytes(name)), trust(next), nonce, deadline));
    }

    function sync(address domain, bytes32 ipfsHash, uint32 expectedSeq, uint256 deadline)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(SYNC, domain, ipfsHash, expectedSeq, deadline));
    }
}
