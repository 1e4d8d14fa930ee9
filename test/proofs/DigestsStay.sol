// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DomainState} from "./support/DomainState.sol";
import {EveryCall} from "./support/EveryCall.sol";
import {either} from "./support/Logic.sol";

/// @notice A release keeps its digest as long as it can be read, and never comes back once it is gone.
contract DigestsStay is EveryCall {
    function check(bytes4, DomainState memory was, DomainState memory then) internal view override {
        bool same = then.ipfsHash == was.ipfsHash;
        assert(either(release > was.latest, either(same, then.ipfsHash == 0)));
    }
}
