// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDomainSyncRegistry} from "../../../contracts/interfaces/IDomainSyncRegistry.sol";
import {AnyWallet} from "./AnyWallet.sol";
import {svm, vm} from "./Cheats.sol";
import {DomainState, DomainStateReader} from "./DomainState.sol";

/// @notice A registry whose storage may hold anything; any caller, any domain, any release of it, any time.
abstract contract AnyRegistry {
    /// @dev The deployed code stands here once more, since its constructor has written to the storage of its own place.
    IDomainSyncRegistry internal constant registry = IDomainSyncRegistry(address(0x0d5));

    address internal caller;
    address internal domain;
    uint256 internal release;

    function setUp() external {
        vm.etch(address(registry), deployed().code);
        svm.enableSymbolicStorage(address(registry));
        new AnyWallet(svm.createBytes32("answer"));
        caller = svm.createAddress("caller");
        vm.assume(caller != address(0)); // nobody sends from there
        domain = svm.createAddress("domain");
        release = svm.createUint(32, "release");
        vm.warp(svm.createUint(64, "now"));
    }

    /// @dev By its artifact: the very bytes that are deployed, with one registrar and a quorum of one.
    function deployed() internal returns (address created) {
        address[] memory registrars = new address[](1);
        registrars[0] = address(0x1001);
        bytes memory code = vm.getCode("DomainSyncRegistry.sol:DomainSyncRegistry");
        code = bytes.concat(code, abi.encode(address(0x1002), registrars, uint256(1)));
        assembly {
            created := create(0, add(code, 32), mload(code))
        }
        assert(created != address(0));
    }

    function read() internal view returns (DomainState memory) {
        return DomainStateReader.read(address(registry), domain, release);
    }
}
