// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDomainSyncRegistry} from "../../contracts/interfaces/IDomainSyncRegistry.sol";
import {RegistryTest} from "./support/RegistryTest.sol";
import {vm} from "./support/Vm.sol";

/// @notice Gas of the calls themselves, without the transaction's 21,000 and its calldata. The snapshot is committed: a
/// change of it is reviewed like code.
contract RegistryGasTest is RegistryTest {
    function test_gas_register() public {
        bytes[] memory attestations = new bytes[](1);
        attestations[0] = attest("bbbhhai.com");
        registry.register("bbbhhai.com", trust(), publisher, healer, type(uint256).max, attestations);
        vm.snapshotGasLastCall("register");
    }

    function test_gas_sync() public {
        publish(1);
        vm.prank(publisher);
        registry.sync(domain, rootOf(2), 1);
        vm.snapshotGasLastCall("sync into an empty place of the ring");
        publish(8);
        vm.prank(publisher);
        registry.sync(domain, rootOf(11), 10);
        vm.snapshotGasLastCall("sync");
    }

    function test_gas_syncBatch() public {
        IDomainSyncRegistry.Item[] memory items = new IDomainSyncRegistry.Item[](10);
        publish(8);
        for (uint32 i = 0; i < 10; ++i) items[i] = IDomainSyncRegistry.Item(domain, 8 + i, rootOf(9 + i));
        vm.prank(publisher);
        registry.syncBatch(items);
        vm.snapshotGasLastCall("syncBatch of 10 for one domain");
    }

    function test_gas_failures() public {
        publish(1);
        vm.prank(publisher);
        registry.logFailure(domain, rootOf(2));
        vm.snapshotGasLastCall("logFailure");
        vm.prank(healer);
        registry.logHealthFailure(domain, rootOf(1));
        vm.snapshotGasLastCall("logHealthFailure");
    }

    function test_gas_rollback() public {
        publish(10);
        vm.prank(healer);
        registry.rollback(domain, 9, 10);
        vm.snapshotGasLastCall("rollback by the healer");
        vm.prank(owner);
        registry.rollback(domain, 8, 11);
        vm.snapshotGasLastCall("rollback by the owner");
    }

    function test_gas_keep() public {
        publish(10);
        vm.prank(healer);
        registry.keep(domain, 9, 10);
        vm.snapshotGasLastCall("keep for the first time");
        vm.prank(healer);
        registry.keep(domain, 10, 11);
        vm.snapshotGasLastCall("keep");
    }

    function test_gas_lanesAndRoles() public {
        publish(2);
        vm.prank(healer);
        registry.pause(domain, 1);
        vm.snapshotGasLastCall("pause by the healer");
        vm.prank(owner);
        registry.unpause(domain, 1);
        vm.snapshotGasLastCall("unpause");
        vm.prank(guardian);
        registry.quarantine(domain, 2);
        vm.snapshotGasLastCall("quarantine");
        vm.prank(owner);
        registry.reinstate(domain, 2);
        vm.snapshotGasLastCall("reinstate");
        vm.prank(owner);
        registry.setRoles(domain, stranger, healer);
        vm.snapshotGasLastCall("setRoles");
    }

    function test_gas_anchor() public {
        vm.prank(publisher);
        registry.anchor(domain, rootOf(1), rootOf(2), 0);
        vm.snapshotGasLastCall("anchor for the first time");
        vm.prank(publisher);
        registry.anchor(domain, rootOf(3), rootOf(4), 1);
        vm.snapshotGasLastCall("anchor");
    }
}
