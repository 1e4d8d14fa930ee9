// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDomainSyncRegistry} from "../../../contracts/interfaces/IDomainSyncRegistry.sol";
import {vm} from "../support/Vm.sol";
import {DomainState, DomainStateReader} from "./DomainState.sol";
import {Rules} from "./Rules.sol";

/// @notice Two sites and a feed, and the accounts that have or had a role in them. Each call is checked against every rule.
abstract contract RegistryWorld is Rules {
    error Refused(bytes reason);

    uint256 internal constant DOMAINS = 3;
    address internal constant STRANGER = address(0x3000);

    IDomainSyncRegistry internal immutable REGISTRY;
    string[DOMAINS] internal names = ["example.com", "example.org", "feed.example"];
    address[DOMAINS] internal domains;

    /// @dev Time goes on with a run, whatever the fuzzer does with the block.
    uint256 internal clock = block.timestamp;
    /// @dev The domain that a digest was made for: what appears in the ring must have been offered to it.
    mapping(bytes32 ipfsHash => address domain) private offered;
    mapping(address domain => mapping(uint32 release => bytes32)) private published;
    /// @dev The hash of the trust under which a release was published.
    mapping(address domain => mapping(uint32 release => bytes32)) private publishedUnder;
    uint256 private digests;

    constructor(IDomainSyncRegistry registry, address[DOMAINS] memory registered) {
        (REGISTRY, domains) = (registry, registered);
    }

    /// @notice One call that is about one domain, which is in the state `was`.
    function step(uint256 which, DomainState memory was, address caller, bytes memory call) internal {
        DomainState[DOMAINS] memory all;
        all[which] = was;
        step(all, caller, call);
    }

    /// @notice One call; it is about the domains whose state is given, and may change no other.
    function step(DomainState[DOMAINS] memory was, address caller, bytes memory call) internal {
        vm.warp(clock);
        bytes32 others = _others(was);
        vm.prank(caller);
        (bool success, bytes memory reason) = address(REGISTRY).call(call);
        if (!success) revert Refused(reason);
        check(others == _others(was), "other domains are untouched");
        for (uint256 i = 0; i < DOMAINS; ++i) {
            if (was[i].trust.owner == address(0)) continue;
            DomainState memory then = state(i);
            checkStep(Step(bytes4(call), caller, was[i], then));
            _remember(i, was[i], then);
            _checkState(i, then);
        }
    }

    /// @notice A digest that no domain has seen.
    function digestFor(uint256 which) internal returns (bytes32 ipfsHash) {
        ipfsHash = keccak256(abi.encode(++digests));
        offered[ipfsHash] = domains[which];
    }

    function state(uint256 which) internal view returns (DomainState memory) {
        return DomainStateReader.read(REGISTRY, domains[which]);
    }

    /// @notice Mostly who may do it; now and then somebody else.
    function mostly(address entitled, uint8 who, DomainState memory s) internal pure returns (address) {
        if (who < 224) return entitled;
        return [s.publisher, s.healer, s.trust.guardian, s.trust.owner, STRANGER][who % 5];
    }

    /// @dev What the domains look like whose state is not given.
    function _others(DomainState[DOMAINS] memory about) private view returns (bytes32 all) {
        for (uint256 i = 0; i < DOMAINS; ++i) {
            if (about[i].trust.owner != address(0)) continue;
            (uint32 kept, bytes32 keptHash) = REGISTRY.kept(domains[i]);
            (address publisher, address healer, address feed) = REGISTRY.roles(domains[i]);
            all = keccak256(abi.encode(all, REGISTRY.head(domains[i]), kept, keptHash, publisher, healer, feed));
        }
    }

    function _remember(uint256 which, DomainState memory was, DomainState memory then) private {
        address domain = domains[which];
        for (uint32 release = was.head.latest + 1; release <= then.head.latest; ++release) {
            bytes32 ipfsHash = then.ipfsHashes[then.head.latest - release];
            check(offered[ipfsHash] == domain, "what is added was offered for this domain");
            published[domain][release] = ipfsHash;
            publishedUnder[domain][release] = keccak256(abi.encode(REGISTRY.trustAt(domain, release)));
        }
    }

    function _checkState(uint256 which, DomainState memory s) private {
        address domain = domains[which];
        IDomainSyncRegistry.Head memory head = s.head;
        for (uint32 i = 0; i < 8; ++i) {
            uint32 release = head.latest > i ? head.latest - i : 0;
            check(s.releases[i] == release, "the ring holds the last eight");
            check(s.ipfsHashes[i] == published[domain][release], "a release in the ring keeps its digest");
        }
        check(s.keptHash == published[domain][s.kept], "so does the kept one");
        check(head.ipfsHash == published[domain][head.live], "so does the live one: nothing evicts it");
        (uint32 target, bytes32 ipfsHash) = REGISTRY.rollbackTarget(domain);
        if (target != 0) {
            (, bool stable) = REGISTRY.releaseAt(domain, target);
            bool good = stable && target < head.live && ipfsHash == published[domain][target];
            check(good, "the rollback target is stable and older than live");
        }
        if (head.latest == 0 || head.seq % 4 != 0) return; // now and then: these take longer
        bool hasCid = bytes(REGISTRY.headCid(domain)).length != 0;
        check(hasCid == head.stable, "a quarantined release has no CID to point to");
        uint32 any = 1 + head.seq % head.latest;
        bytes32 trust = keccak256(abi.encode(REGISTRY.trustAt(domain, any)));
        check(trust == publishedUnder[domain][any], "a release verifies under the trust that it was published under");
    }
}
