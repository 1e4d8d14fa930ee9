// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDomainSyncRegistry} from "../../../contracts/interfaces/IDomainSyncRegistry.sol";
import {vm} from "./Vm.sol";

/// @notice Calls the registry at random in every role and checks, after each call, what must hold whatever happens. A
/// broken rule is remembered, so that the invariant contract can name it.
contract RegistryHandler {
    IDomainSyncRegistry private immutable REGISTRY;
    address private immutable DOMAIN;
    address private immutable PUBLISHER;
    address private immutable HEALER;
    address private immutable OWNER;
    address private immutable GUARDIAN;

    /// @notice The digest of each release, as it was published.
    mapping(uint32 release => bytes32) public published;
    /// @notice The first rule that was broken; empty while none is.
    string public broken;
    /// @notice Calls that went through, by name: tells that the run was not vacuous.
    mapping(bytes32 name => uint256) public done;

    constructor(
        IDomainSyncRegistry registry,
        address domain,
        address publisher,
        address healer,
        address owner,
        address guardian
    ) {
        (REGISTRY, DOMAIN, PUBLISHER, HEALER, OWNER, GUARDIAN) = (registry, domain, publisher, healer, owner, guardian);
    }

    function sync(uint256 salt, uint8 staleness) external {
        IDomainSyncRegistry.Head memory before = REGISTRY.head(DOMAIN);
        bytes32 ipfsHash = keccak256(abi.encode(salt, before.latest));
        uint32 expectedSeq = staleness < 16 && before.seq > 0 ? before.seq - 1 : before.seq;
        vm.prank(PUBLISHER);
        try REGISTRY.sync(DOMAIN, ipfsHash, expectedSeq) {
            published[before.latest + 1] = ipfsHash;
            IDomainSyncRegistry.Head memory now_ = _checkChange("sync", before, true);
            _check(now_.latest == before.latest + 1 && now_.live == now_.latest, "a sync appends and goes live");
            (bytes32 last,) = REGISTRY.releaseAt(DOMAIN, before.live);
            _check(!before.stable || last == before.ipfsHash, "a sync does not lose the stable release that was live");
        } catch {
            _checkNoChange(before);
        }
    }

    function rollback(uint8 back, bool byOwner) external {
        IDomainSyncRegistry.Head memory before = REGISTRY.head(DOMAIN);
        // often the oldest in the ring: the next release would take its place
        uint32 target = back % 4 == 0 ? _keptRelease() : _back(before, back % 4 == 1 ? 7 : back % 10);
        vm.prank(byOwner ? OWNER : HEALER);
        try REGISTRY.rollback(DOMAIN, target, before.seq) {
            IDomainSyncRegistry.Head memory now_ = _checkChange("rollback", before, false);
            _check(now_.live == target && target < before.live, "a rollback goes to its older target");
            for (uint32 release = target + 1; release <= before.latest; ++release) {
                (, bool stable) = REGISTRY.releaseAt(DOMAIN, release);
                _check(!stable, "a rollback quarantines every newer release");
            }
        } catch {
            _checkNoChange(before);
        }
    }

    function keep(uint8 back) external {
        IDomainSyncRegistry.Head memory before = REGISTRY.head(DOMAIN);
        uint32 release = _back(before, back % 10);
        (uint32 keptBefore,) = REGISTRY.kept(DOMAIN);
        (, bool keptWasStable) = REGISTRY.releaseAt(DOMAIN, keptBefore);
        vm.prank(HEALER);
        try REGISTRY.keep(DOMAIN, release, before.seq) {
            _checkChange("keep", before, false);
            _check(_keptRelease() == release, "keep keeps what was asked");
            _check(!keptWasStable || release > keptBefore, "a stable kept release gives way to newer ones only");
        } catch {
            _checkNoChange(before);
        }
    }

    function quarantine(uint8 back) external {
        IDomainSyncRegistry.Head memory before = REGISTRY.head(DOMAIN);
        uint32 release = back % 4 == 0 ? _keptRelease() : _back(before, back % 9);
        vm.prank(GUARDIAN);
        try REGISTRY.quarantine(DOMAIN, release) {
            _checkHeadStays("quarantine", before);
        } catch {
            _checkNoChange(before);
        }
    }

    function reinstate(uint8 back) external {
        IDomainSyncRegistry.Head memory before = REGISTRY.head(DOMAIN);
        uint32 release = back % 4 == 0 ? _keptRelease() : _back(before, back % 9);
        vm.prank(OWNER);
        try REGISTRY.reinstate(DOMAIN, release) {
            _checkHeadStays("reinstate", before);
        } catch {
            _checkNoChange(before);
        }
    }

    function pause(uint8 lanes, uint8 actor) external {
        IDomainSyncRegistry.Head memory before = REGISTRY.head(DOMAIN);
        // publishing is opened again at once most of the time, or nothing else would ever happen
        vm.prank(actor % 3 == 0 ? HEALER : actor % 3 == 1 ? GUARDIAN : OWNER);
        try REGISTRY.pause(DOMAIN, lanes % 4) {
            _checkHeadStays("pause", before);
        } catch {
            _checkNoChange(before);
        }
        if (actor % 8 == 0) return;
        vm.prank(OWNER);
        REGISTRY.unpause(DOMAIN, 3);
    }

    function _back(IDomainSyncRegistry.Head memory head, uint32 count) private pure returns (uint32) {
        return head.latest > count ? head.latest - count : 0;
    }

    function _keptRelease() private view returns (uint32 release) {
        (release,) = REGISTRY.kept(DOMAIN);
    }

    function _checkChange(bytes32 name, IDomainSyncRegistry.Head memory before, bool addsContent)
        private
        returns (IDomainSyncRegistry.Head memory now_)
    {
        ++done[name];
        now_ = REGISTRY.head(DOMAIN);
        _check(now_.seq == before.seq + 1, "seq rises by one with every change");
        _check(addsContent || now_.latest == before.latest, "only the publisher adds content");
        _check(now_.live == before.live || now_.stable, "the head never moves to an unstable release");
        _check(now_.ipfsHash == published[now_.live], "a release keeps its digest");
    }

    function _checkHeadStays(bytes32 name, IDomainSyncRegistry.Head memory before) private {
        ++done[name];
        IDomainSyncRegistry.Head memory now_ = REGISTRY.head(DOMAIN);
        _check(now_.live == before.live && now_.ipfsHash == before.ipfsHash, "it moves nothing");
        _check(now_.latest == before.latest, "only the publisher adds content");
        _check(now_.seq >= before.seq && now_.seq <= before.seq + 1, "seq never falls");
    }

    function _checkNoChange(IDomainSyncRegistry.Head memory before) private {
        bool same = keccak256(abi.encode(before)) == keccak256(abi.encode(REGISTRY.head(DOMAIN)));
        _check(same, "a refused call changes nothing");
    }

    function _check(bool condition, string memory rule) private {
        if (!condition && bytes(broken).length == 0) broken = rule;
    }
}
