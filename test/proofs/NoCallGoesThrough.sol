// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DomainState} from "./support/DomainState.sol";
import {EveryCall} from "./support/EveryCall.sol";

/// @notice To be refuted for each call: it never goes through. Else a proof of what it does would say nothing.
contract NoCallGoesThrough is EveryCall {
    function check(bytes4, DomainState memory, DomainState memory) internal pure override {
        assert(false);
    }
}
