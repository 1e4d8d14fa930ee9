// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDomainSyncRegistry} from "../../contracts/interfaces/IDomainSyncRegistry.sol";
import {svm} from "./support/Cheats.sol";
import {DomainState} from "./support/DomainState.sol";
import {EveryCall} from "./support/EveryCall.sol";
import {both, either, implies} from "./support/Logic.sol";
import {TrustState, TrustStateReader} from "./support/TrustState.sol";

/// @notice What an old release verifies under never changes. A new trust starts at registration, or when its owner accepts it
/// after the delay that the proposal named: two days, or thirty of a reclaim.
contract TrustStays is EveryCall {
    uint256 private epoch;
    TrustState private earlier;

    function remember() internal override {
        epoch = svm.createUint(32, "epoch");
        earlier = TrustStateReader.read(address(registry), domain, epoch);
    }

    function check(bytes4 selector, DomainState memory was, DomainState memory then) internal view override {
        TrustState memory later = TrustStateReader.read(address(registry), domain, epoch);
        assert(both(oldOnesStay(was, later), both(startsRightly(selector, was, then, later), waits(selector, later))));
    }

    function oldOnesStay(DomainState memory was, TrustState memory later) private view returns (bool) {
        bool same = both(later.first == earlier.first, later.second == earlier.second);
        same = both(same, both(later.third == earlier.third, later.fourth == earlier.fourth));
        return both(implies(epoch <= was.epochs, same), implies(was.epochs != 0, later.node == earlier.node));
    }

    function startsRightly(
        bytes4 selector,
        DomainState memory was,
        DomainState memory then,
        TrustState memory later
    ) private view returns (bool) {
        bool registers = both(selector == registry.register.selector, was.epochs == 0);
        bool accepts = both(selector == registry.acceptTrust.selector, block.timestamp >= earlier.notBefore);
        bool byItsOwner = either(epoch != then.epochs, address(uint160(uint256(later.first))) == caller);
        bool starts = both(then.epochs == was.epochs + 1, either(registers, both(accepts, byItsOwner)));
        return either(then.epochs == was.epochs, starts);
    }

    function waits(bytes4 selector, TrustState memory later) private view returns (bool) {
        bool proposed = both(later.pending != earlier.pending, later.pending != 0);
        return implies(proposed, later.notBefore >= block.timestamp + delayOf(selector));
    }

    function delayOf(bytes4 selector) private pure returns (uint256) {
        if (selector == registry.proposeTrust.selector) return 2 days;
        return selector == registry.startReclaim.selector ? 30 days : type(uint64).max;
    }
}
