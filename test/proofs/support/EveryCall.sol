// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IDomainSyncRegistry} from "../../../contracts/interfaces/IDomainSyncRegistry.sol";
import {svm} from "./Cheats.sol";
import {RollbackCall} from "./RollbackCall.sol";
import {SyncCalls} from "./SyncCalls.sol";

/// @notice One check for each function of the registry that can change state, with any arguments.
abstract contract EveryCall is SyncCalls, RollbackCall {
    /// @notice What is registered or reclaimed. It only chooses the domain, whose state is anything anyway.
    function name() internal virtual returns (string memory) {
        return "example.com";
    }

    function check_logFailure(bytes32 ipfsHash) external {
        prove(abi.encodeCall(registry.logFailure, (target(), ipfsHash)));
    }

    function check_logHealthFailure(bytes32 ipfsHash) external {
        prove(abi.encodeCall(registry.logHealthFailure, (target(), ipfsHash)));
    }

    function check_keep(uint32 which, uint32 seq) external {
        prove(abi.encodeCall(registry.keep, (target(), which, seq)));
    }

    function check_quarantine(uint32 which) external {
        prove(abi.encodeCall(registry.quarantine, (target(), which)));
    }

    function check_reinstate(uint32 which) external {
        prove(abi.encodeCall(registry.reinstate, (target(), which)));
    }

    function check_pause(uint8 lanes) external {
        prove(abi.encodeCall(registry.pause, (target(), lanes)));
    }

    function check_unpause(uint8 lanes) external {
        prove(abi.encodeCall(registry.unpause, (target(), lanes)));
    }

    function check_setRoles(address publisher, address healer) external {
        prove(abi.encodeCall(registry.setRoles, (target(), publisher, healer)));
    }

    function check_setFeed(address feed) external {
        prove(abi.encodeCall(registry.setFeed, (target(), feed)));
    }

    function check_anchor(bytes32 root, bytes32 manifestHash, uint32 seq) external {
        prove(abi.encodeCall(registry.anchor, (target(), root, manifestHash, seq)));
    }

    /// @dev One attestation of 65 bytes.
    function check_register(
        IDomainSyncRegistry.Trust calldata trust,
        address publisher,
        address healer,
        uint256 deadline
    ) external {
        prove(abi.encodeCall(registry.register, (name(), trust, publisher, healer, deadline, attestations())));
    }

    function check_proposeTrust(IDomainSyncRegistry.Trust calldata next) external {
        prove(abi.encodeCall(registry.proposeTrust, (target(), next)));
    }

    function check_cancelTrust() external {
        prove(abi.encodeCall(registry.cancelTrust, (target())));
    }

    function check_acceptTrust(IDomainSyncRegistry.Trust calldata next) external {
        prove(abi.encodeCall(registry.acceptTrust, (target(), next)));
    }

    /// @dev One attestation of 65 bytes.
    function check_startReclaim(IDomainSyncRegistry.Trust calldata next, uint256 deadline) external {
        prove(abi.encodeCall(registry.startReclaim, (name(), next, deadline, attestations())));
    }

    function check_objectReclaim() external {
        prove(abi.encodeCall(registry.objectReclaim, (target())));
    }

    function check_grantRole(bytes32 role, address account) external {
        prove(abi.encodeCall(IAccessControl.grantRole, (role, account)));
    }

    function check_revokeRole(bytes32 role, address account) external {
        prove(abi.encodeCall(IAccessControl.revokeRole, (role, account)));
    }

    function check_renounceRole(bytes32 role, address account) external {
        prove(abi.encodeCall(IAccessControl.renounceRole, (role, account)));
    }

    function attestations() private returns (bytes[] memory signatures) {
        signatures = new bytes[](1);
        signatures[0] = svm.createBytes(65, "attestation");
    }
}
