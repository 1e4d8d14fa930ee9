// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DomainState} from "./support/DomainState.sol";
import {EveryCall} from "./support/EveryCall.sol";
import {either} from "./support/Logic.sol";

/// @notice `seq` rises with every change of the hot slot, by one for each domain and item, and never falls; nor does
/// `latest`. Registration writes the first hot slot, with the publisher in it, and leaves `seq` at zero.
contract SeqRises is EveryCall {
    function check(bytes4 selector, DomainState memory was, DomainState memory then) internal pure override {
        uint256 most = selector == registry.syncBatch.selector ? 2 : 1;
        assert(then.seq >= was.seq);
        assert(then.seq <= was.seq + most);
        assert(either(then.hot == was.hot, either(then.seq > was.seq, was.epochs == 0)));
        assert(then.latest >= was.latest);
    }
}
