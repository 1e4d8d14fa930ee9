// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DomainState} from "./support/DomainState.sol";
import {EveryCall} from "./support/EveryCall.sol";
import {either} from "./support/Logic.sol";

/// @notice The head never moves to an unstable release.
/// @dev That its digest changes only with its number is `DigestsStay`, of the live release.
contract HeadMovesOnlyToStable is EveryCall {
    function check(bytes4, DomainState memory was, DomainState memory then) internal pure override {
        assert(either(then.live == was.live, then.liveStable));
    }
}
