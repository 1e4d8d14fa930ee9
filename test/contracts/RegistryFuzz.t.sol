// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDomainSyncRegistry} from "../../contracts/interfaces/IDomainSyncRegistry.sol";
import {RegistryTest} from "./support/RegistryTest.sol";
import {vm} from "./support/Vm.sol";

contract RegistryFuzzTest is RegistryTest {
    function testFuzz_rollback_restoresAnyStableRelease(uint256 published, uint256 target) public {
        published = bound(published, 2, 20);
        uint256 oldest = published > 8 ? published - 7 : 1;
        target = bound(target, oldest, published - 1);
        publish(published);
        rollback(uint32(target));
        IDomainSyncRegistry.Head memory head = registry.head(domain);
        assertTrue(head.live == target && head.ipfsHash == rootOf(target) && head.stable, "the target is live and stable");
        assertTrue(head.latest == published && head.seq == published + 1, "numbers go on");
        for (uint256 release = oldest; release <= published; ++release) {
            (bytes32 ipfsHash, bool stable) = registry.releaseAt(domain, uint32(release));
            assertTrue(ipfsHash == rootOf(release), "a rollback changes no digest");
            assertTrue(stable == (release <= target), "exactly the newer releases are quarantined");
        }
    }

    function testFuzz_sync_revertsForAnyOtherSeq(uint32 expectedSeq, uint8 published) public {
        uint256 count = bound(published, 0, 12);
        publish(count);
        if (expectedSeq == count) return;
        vm.prank(publisher);
        vm.expectRevert(abi.encodeWithSelector(IDomainSyncRegistry.StaleSeq.selector, expectedSeq, uint32(count)));
        registry.sync(domain, rootOf(99), expectedSeq);
    }

    function testFuzz_sync_revertsForAnybodyElse(address caller) public {
        if (caller == publisher) return;
        vm.prank(caller);
        vm.expectRevert(abi.encodeWithSelector(IDomainSyncRegistry.NotAuthorized.selector, domain, caller));
        registry.sync(domain, rootOf(1), 0);
    }

    function testFuzz_keep_survivesAnyNumberOfSyncs(uint256 kept, uint256 published) public {
        kept = bound(kept, 1, 8);
        publish(8);
        keep(uint32(kept));
        publish(bound(published, 1, 30));
        (bytes32 ipfsHash, bool stable) = registry.releaseAt(domain, uint32(kept));
        assertTrue(ipfsHash == rootOf(kept) && stable, "the kept release is there and stable");
        rollback(uint32(kept));
        assertTrue(registry.head(domain).ipfsHash == rootOf(kept), "and can be gone back to");
    }

    function testFuzz_syncWithSignature_takesAnyDigestThePublisherSigned(bytes32 ipfsHash, uint32 deadline) public {
        if (ipfsHash == 0) return;
        vm.warp(deadline);
        bytes32 syncType = keccak256("Sync(address domain,bytes32 ipfsHash,uint32 expectedSeq,uint256 deadline)");
        bytes memory signature = sign(
            PUBLISHER_KEY, keccak256(abi.encode(syncType, domain, ipfsHash, uint32(0), uint256(deadline)))
        );
        vm.prank(stranger);
        registry.syncWithSignature(domain, ipfsHash, 0, deadline, signature);
        assertTrue(registry.head(domain).ipfsHash == ipfsHash, "it is live");
    }

    function testFuzz_register_takesExactlyDnsNames(bytes memory text, uint8 odd) public view {
        // mostly letters and dots, else hardly any input would be a name
        bytes memory usual = "abcdefghijklmnopqrstuvwxyz0123456789-..";
        for (uint256 i = 0; i < text.length; ++i) {
            if (odd % 2 == 0 || i != odd) text[i] = usual[uint8(text[i]) % usual.length];
        }
        bool accepted;
        try registry.domainId(string(text)) {
            accepted = true;
        } catch {}
        assertTrue(accepted == isName(text), "names are labels of a-z, 0-9 and hyphens in DNS lengths");
    }

    function testFuzz_pause_takesOnlyTheTwoLanes(uint8 lanes) public {
        vm.prank(owner);
        if (lanes > 3) {
            vm.expectRevert(abi.encodeWithSelector(IDomainSyncRegistry.NotAuthorized.selector, domain, owner));
        }
        registry.pause(domain, lanes);
        assertTrue(registry.head(domain).paused == (lanes > 3 ? 0 : lanes), "the asked lanes are paused");
    }

    function isName(bytes memory text) private pure returns (bool) {
        if (text.length == 0 || text.length > 253) return false;
        uint256 label;
        for (uint256 i = 0; i < text.length; ++i) {
            bytes1 c = text[i];
            if (c == ".") {
                if (label == 0 || label > 63) return false;
                label = 0;
            } else if ((c >= "a" && c <= "z") || (c >= "0" && c <= "9") || c == "-") {
                ++label;
            } else {
                return false;
            }
        }
        return label > 0 && label <= 63;
    }
}
