// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {svm, vm} from "./support/Cheats.sol";
import {DomainState} from "./support/DomainState.sol";
import {EveryCall} from "./support/EveryCall.sol";

/// @notice A call for one domain changes nothing of another.
contract OthersAreUntouched is EveryCall {
    function target() internal override returns (address elsewhere) {
        elsewhere = svm.createAddress("elsewhere");
        vm.assume(elsewhere != domain);
    }

    function name() internal override returns (string memory text) {
        text = super.name();
        (address elsewhere,) = registry.domainId(text);
        vm.assume(elsewhere != domain);
    }

    function check(bytes4, DomainState memory was, DomainState memory then) internal pure override {
        assert(keccak256(abi.encode(was)) == keccak256(abi.encode(then)));
    }
}
