// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {RegistryHandler} from "./invariants/RegistryHandler.sol";
import {RegistryTest} from "./support/RegistryTest.sol";

contract RegistryInvariantsTest is RegistryTest {
    RegistryHandler private handler;

    function setUp() public override {
        super.setUp();
        address[3] memory domains = [domain, register("example.org"), register("feed.example")];
        handler = new RegistryHandler(registry, domains, REGISTRAR_KEY, [PUBLISHER_KEY, 0xb0c, 0xb0d]);
    }

    /// @notice What the fuzzer calls.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @notice The rules stand in `invariants/Rules.sol` and `invariants/RegistryWorld.sol`.
    function invariant_everyRuleHoldsAfterEveryCall() external view {
        string memory broken = handler.broken();
        assertTrue(bytes(broken).length == 0, broken);
    }
}
