// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Healing} from "./base/Healing.sol";
import {Publishing} from "./base/Publishing.sol";
import {ReleaseViews} from "./base/ReleaseViews.sol";
import {TrustEpochs} from "./base/TrustEpochs.sol";

/// @title DomainSync registry
/// @notice Which release of a domain is live, which ones it may go back to, and who signs for them. Immutable.
/// @dev The manual is {IDomainSyncRegistry}; the state is in {RegistryState}.
contract DomainSyncRegistry is Publishing, Healing, TrustEpochs, ReleaseViews {
    /// @param timelock Names and dismisses registrars; nothing else.
    /// @param registrars All different; at least `quorum`.
    /// @param quorum Signatures that a registration or a reclaim needs, for ever.
    constructor(address timelock, address[] memory registrars, uint256 quorum)
        EIP712("DomainSync", "1")
        TrustEpochs(quorum)
    {
        uint256 granted;
        for (uint256 i = 0; i < registrars.length; ++i) {
            if (registrars[i] != address(0) && _grantRole(REGISTRAR_ROLE, registrars[i])) ++granted;
        }
        if (quorum == 0 || granted < quorum || granted < registrars.length) revert BadQuorum(granted, quorum);
        _grantRole(DEFAULT_ADMIN_ROLE, timelock);
    }
}
