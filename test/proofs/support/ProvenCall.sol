// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AnyRegistry} from "./AnyRegistry.sol";
import {vm} from "./Cheats.sol";
import {DomainState} from "./DomainState.sol";
import {StateInvariant} from "./StateInvariant.sol";

/// @notice One call from any state that the invariant allows, and what is to be proved of it.
abstract contract ProvenCall is AnyRegistry {
    /// @notice Asserts the property of a call that went through; one that reverts changes nothing.
    function check(bytes4 selector, DomainState memory was, DomainState memory then) internal view virtual;

    /// @notice What a property wants to know of the state before, besides the domain.
    function remember() internal virtual {}

    /// @notice The domain that is called for: the observed one, of which the property speaks.
    function target() internal virtual returns (address) {
        return domain;
    }

    function prove(bytes memory call) internal {
        DomainState memory was = read();
        StateInvariant.assume(was, release);
        remember();
        vm.prank(caller);
        (bool success,) = address(registry).call(call);
        if (success) check(bytes4(call), was, read());
    }
}
