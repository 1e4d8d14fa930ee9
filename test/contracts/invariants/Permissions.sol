// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDomainSyncRegistry as R} from "../../../contracts/interfaces/IDomainSyncRegistry.sol";
import {DomainState} from "./DomainState.sol";

uint8 constant PUBLISHER = 1;
uint8 constant HEALER = 2;
uint8 constant GUARDIAN = 4;
uint8 constant OWNER = 8;
uint8 constant ANYONE = 16;

/// @notice Who may call what, as the table of roles says.
library Permissions {
    /// @return The roles of an account in one domain, as bits; everybody is `ANYONE`.
    function rolesOf(address account, DomainState memory s) internal pure returns (uint8) {
        uint8 roles = ANYONE;
        if (account == s.publisher) roles |= PUBLISHER;
        if (account == s.healer) roles |= HEALER;
        if (account == s.trust.guardian) roles |= GUARDIAN;
        if (account == s.trust.owner) roles |= OWNER;
        return roles;
    }

    /// @return The roles of which a caller must have one. What a signature or an attestation allows anyone may call.
    function asked(bytes4 call) internal pure returns (uint8) {
        if (call == R.sync.selector || call == R.syncBatch.selector) return PUBLISHER;
        if (call == R.logFailure.selector || call == R.anchor.selector) return PUBLISHER;
        if (call == R.logHealthFailure.selector) return HEALER;
        if (call == R.rollback.selector) return HEALER | OWNER;
        if (call == R.keep.selector || call == R.pause.selector) return HEALER | GUARDIAN | OWNER;
        if (call == R.quarantine.selector || call == R.cancelTrust.selector) return GUARDIAN | OWNER;
        if (call == R.syncWithSignature.selector || call == R.startReclaim.selector) return ANYONE;
        if (call == R.acceptTrust.selector) return ANYONE; // the next owner, who has no role yet
        return OWNER;
    }

    /// @return Whether the call may add a release.
    function addsContent(bytes4 call) internal pure returns (bool) {
        return call == R.sync.selector || call == R.syncBatch.selector || call == R.syncWithSignature.selector;
    }
}
