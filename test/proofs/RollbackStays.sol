// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DomainState} from "./support/DomainState.sol";
import {both, either} from "./support/Logic.sol";
import {RollbackCall} from "./support/RollbackCall.sol";

/// @notice A rollback goes to an older release and quarantines every newer one, in the ring and kept.
contract RollbackStays is RollbackCall {
    function check(bytes4, DomainState memory was, DomainState memory then) internal view override {
        assert(then.live < was.live);
        assert(either(release <= then.live, !then.stable));
        assert(either(then.kept <= then.live, !then.keptStable));
        assert(both(then.latest == was.latest, then.kept == was.kept));
    }
}
