// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DomainState, DomainStateReader} from "./support/DomainState.sol";
import {EveryCall} from "./support/EveryCall.sol";
import {StateInvariant} from "./support/StateInvariant.sol";

/// @notice The state invariant that every proof assumes: true of a new registry, kept by every call.
contract InvariantHolds is EveryCall {
    function check(bytes4, DomainState memory, DomainState memory then) internal view override {
        StateInvariant.check(then, release);
    }

    function check_newRegistry() external {
        StateInvariant.check(DomainStateReader.read(deployed(), domain, release), release);
    }
}
