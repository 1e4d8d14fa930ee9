// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DomainState} from "./support/DomainState.sol";
import {both, implies} from "./support/Logic.sol";
import {SyncCalls} from "./support/SyncCalls.sol";

/// @notice A kept stable release survives any sync: still kept, still stable, with the digest it had.
contract KeptSurvives is SyncCalls {
    function check(bytes4, DomainState memory was, DomainState memory then) internal view override {
        bool survives = both(both(then.kept == was.kept, then.stable), then.ipfsHash == was.ipfsHash);
        assert(implies(both(release == was.kept, was.keptStable), both(survives, then.keptStable)));
    }
}
