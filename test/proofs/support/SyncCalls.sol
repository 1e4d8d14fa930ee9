// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDomainSyncRegistry} from "../../../contracts/interfaces/IDomainSyncRegistry.sol";
import {svm, vm} from "./Cheats.sol";
import {ProvenCall} from "./ProvenCall.sol";

/// @notice The calls that add content. Batches have one item or two.
abstract contract SyncCalls is ProvenCall {
    function check_sync(bytes32 ipfsHash, uint32 seq) external {
        prove(abi.encodeCall(registry.sync, (target(), ipfsHash, seq)));
    }

    /// @dev A signature of 65 bytes; of a key, or of a contract wallet.
    function check_syncWithSignature(bytes32 ipfsHash, uint32 seq, uint256 deadline) external virtual {
        bytes memory signature = svm.createBytes(65, "signature");
        prove(abi.encodeCall(registry.syncWithSignature, (target(), ipfsHash, seq, deadline, signature)));
    }

    function check_syncBatch_ofOne(uint32 seq, bytes32 ipfsHash) external {
        IDomainSyncRegistry.Item[] memory items = new IDomainSyncRegistry.Item[](1);
        items[0] = IDomainSyncRegistry.Item(target(), seq, ipfsHash);
        prove(abi.encodeCall(registry.syncBatch, (items)));
    }

    function check_syncBatch_ofTheSameTwice(uint32[2] calldata seqs, bytes32[2] calldata ipfsHashes) external {
        proveBatch(target(), target(), seqs, ipfsHashes);
    }

    function check_syncBatch_withAnotherSecond(address other, uint32[2] calldata seqs, bytes32[2] calldata ipfsHashes)
        external
    {
        vm.assume(other != domain);
        proveBatch(target(), other, seqs, ipfsHashes);
    }

    function check_syncBatch_withAnotherFirst(address other, uint32[2] calldata seqs, bytes32[2] calldata ipfsHashes)
        external
    {
        vm.assume(other != domain);
        proveBatch(other, target(), seqs, ipfsHashes);
    }

    function proveBatch(address first, address second, uint32[2] calldata seqs, bytes32[2] calldata ipfsHashes)
        private
    {
        IDomainSyncRegistry.Item[] memory items = new IDomainSyncRegistry.Item[](2);
        items[0] = IDomainSyncRegistry.Item(first, seqs[0], ipfsHashes[0]);
        items[1] = IDomainSyncRegistry.Item(second, seqs[1], ipfsHashes[1]);
        prove(abi.encodeCall(registry.syncBatch, (items)));
    }
}
