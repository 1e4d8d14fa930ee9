// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DomainState} from "./support/DomainState.sol";
import {EveryCall} from "./support/EveryCall.sol";
import {both, either} from "./support/Logic.sol";

/// @notice A healer's call never adds a digest: every one that can be read after it could be read before, as the same
/// release. Whoever carries a publisher's signature to the registry acts for the publisher: see `OnlyThePublisherAdds`.
contract HealerAddsNothing is EveryCall {
    function check(bytes4 selector, DomainState memory was, DomainState memory then) internal view override {
        if (selector == registry.syncWithSignature.selector) return;
        bool addsNothing = both(then.latest == was.latest, either(then.ipfsHash == was.ipfsHash, then.ipfsHash == 0));
        assert(either(caller != was.healer, addsNothing));
    }
}
