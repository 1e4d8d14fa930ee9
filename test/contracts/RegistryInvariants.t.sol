// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDomainSyncRegistry} from "../../contracts/interfaces/IDomainSyncRegistry.sol";
import {RegistryHandler} from "./support/RegistryHandler.sol";
import {RegistryTest} from "./support/RegistryTest.sol";

contract RegistryInvariantsTest is RegistryTest {
    RegistryHandler private handler;

    function setUp() public override {
        super.setUp();
        handler = new RegistryHandler(registry, domain, publisher, healer, owner, guardian);
    }

    /// @notice What the fuzzer calls.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @notice The invariants below are not vacuous: calls of every kind go through.
    function test_theHandlerGetsThroughWithEveryCall() external {
        for (uint256 i = 0; i < 400; ++i) {
            uint256 random = uint256(keccak256(abi.encode(i)));
            (uint256 call, uint8 back, uint8 other) = (random % 8, uint8(random >> 8), uint8(random >> 16));
            if (call == 0) handler.rollback(back, other % 2 == 0);
            else if (call == 1) handler.keep(back);
            else if (call == 2) handler.quarantine(back);
            else if (call == 3) handler.reinstate(back);
            else if (call == 4) handler.pause(back, other);
            else handler.sync(i, other);
        }
        bytes32[6] memory names = [bytes32("sync"), "rollback", "keep", "quarantine", "reinstate", "pause"];
        for (uint256 i = 0; i < names.length; ++i) assertTrue(handler.done(names[i]) > 5, string(abi.encode(names[i])));
        this.invariant_everyCallKeepsTheRules();
    }

    function invariant_everyCallKeepsTheRules() external view {
        string memory broken = handler.broken();
        assertTrue(bytes(broken).length == 0, broken);
    }

    function invariant_aReleaseInTheRingOrKeptHasTheDigestItWasPublishedWith() external view {
        (uint32[8] memory releases, bytes32[8] memory ipfsHashes,) = registry.ring(domain);
        uint32 latest = registry.head(domain).latest;
        for (uint32 i = 0; i < 8; ++i) {
            if (i >= latest) continue;
            assertTrue(releases[i] == latest - i, "the ring holds the last eight");
            assertTrue(ipfsHashes[i] == handler.published(releases[i]), "release and digest belong together");
        }
        (uint32 release, bytes32 ipfsHash) = registry.kept(domain);
        assertTrue(ipfsHash == handler.published(release), "so do the kept ones");
    }

    function invariant_theRollbackTargetIsStableAndOlderThanLive() external view {
        (uint32 target, bytes32 ipfsHash) = registry.rollbackTarget(domain);
        if (target == 0) return;
        (bytes32 expected, bool stable) = registry.releaseAt(domain, target);
        assertTrue(stable && ipfsHash == expected && target < registry.head(domain).live, "it can be gone back to");
    }

    function invariant_theLiveReleaseCanAlwaysBeRead() external view {
        IDomainSyncRegistry.Head memory head = registry.head(domain);
        (bytes32 ipfsHash, bool stable) = registry.releaseAt(domain, head.live);
        assertTrue(ipfsHash == head.ipfsHash && stable == head.stable, "head and releaseAt agree");
        assertTrue(head.live == 0 || ipfsHash != 0, "nothing evicted it");
    }
}
