// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {svm} from "./support/Cheats.sol";
import {DomainState} from "./support/DomainState.sol";
import {EveryCall} from "./support/EveryCall.sol";
import {both, implies} from "./support/Logic.sol";

/// @notice Only the publisher makes a new digest live: by calling, or by a signature over exactly this release. What is added
/// is live.
contract OnlyThePublisherAdds is EveryCall {
    bytes32 private signedDigest;
    bytes private signature;

    function check(bytes4 selector, DomainState memory was, DomainState memory then) internal view override {
        bool adds = then.latest != was.latest;
        assert(implies(adds, both(then.live == then.latest, mayAdd(selector, was.publisher))));
    }

    function mayAdd(bytes4 selector, address publisher) private view returns (bool) {
        if (selector == registry.sync.selector || selector == registry.syncBatch.selector) return caller == publisher;
        if (selector != registry.syncWithSignature.selector) return false;
        return SignatureChecker.isValidSignatureNow(publisher, signedDigest, signature);
    }

    /// @dev Of 65 bytes; of a key, or of a contract wallet.
    function check_syncWithSignature(bytes32 ipfsHash, uint32 seq, uint256 deadline) external override {
        signature = svm.createBytes(65, "signature");
        signedDigest = digestOf(ipfsHash, seq, deadline);
        prove(abi.encodeCall(registry.syncWithSignature, (target(), ipfsHash, seq, deadline, signature)));
    }

    /// @dev EIP-712, written out.
    function digestOf(bytes32 ipfsHash, uint32 seq, uint256 deadline) private returns (bytes32) {
        bytes32 separator = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("DomainSync"),
                keccak256("1"),
                block.chainid,
                address(registry)
            )
        );
        bytes32 syncType = keccak256("Sync(address domain,bytes32 ipfsHash,uint32 expectedSeq,uint256 deadline)");
        bytes32 sync = keccak256(abi.encode(syncType, target(), ipfsHash, seq, deadline));
        return keccak256(abi.encodePacked("\x19\x01", separator, sync));
    }
}
