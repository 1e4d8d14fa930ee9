// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDomainSyncRegistry} from "../../../contracts/interfaces/IDomainSyncRegistry.sol";
import {DomainState} from "./DomainState.sol";
import {Permissions} from "./Permissions.sol";

/// @notice What must hold of a call that went through, whatever it was; the first broken rule is remembered.
abstract contract Rules {
    /// @notice The first rule that was broken; empty while none is.
    string public broken;

    /// @notice One call for one domain, and that domain before and after it.
    struct Step {
        bytes4 call;
        address caller;
        DomainState was;
        DomainState then;
    }

    function checkStep(Step memory step) internal {
        _checkNumbers(step);
        _checkHead(step);
        _checkStability(step);
        _checkKept(step);
        _checkTrust(step);
        uint8 roles = Permissions.rolesOf(step.caller, step.was);
        check(roles & Permissions.asked(step.call) != 0, "a role does what it may and nothing else");
        check(step.then.publisher == address(0) || step.then.publisher != step.then.healer, "publisher and healer differ");
        check((step.then.head.paused & 4 != 0) == (step.then.feed != address(0)), "a domain in a feed has its lane");
    }

    function _checkNumbers(Step memory step) private {
        (IDomainSyncRegistry.Head memory was, IDomainSyncRegistry.Head memory then) = (step.was.head, step.then.head);
        check(then.latest >= was.latest, "latest never falls");
        check(then.latest == was.latest || Permissions.addsContent(step.call), "only the publisher adds content");
        bool changed = keccak256(abi.encode(was)) != keccak256(abi.encode(then));
        changed = changed || step.was.publisher != step.then.publisher || step.was.keptHash != step.then.keptHash;
        check(!changed || then.seq > was.seq, "seq strictly rises with every change");
        uint32 most = Permissions.addsContent(step.call) ? then.latest - was.latest : 1;
        check(then.seq >= was.seq && then.seq - was.seq <= most, "seq rises by one at a time");
    }

    function _checkHead(Step memory step) private {
        (IDomainSyncRegistry.Head memory was, IDomainSyncRegistry.Head memory then) = (step.was.head, step.then.head);
        check(then.live == was.live || then.stable, "the head never moves to an unstable release");
        bool moves = Permissions.addsContent(step.call) || step.call == IDomainSyncRegistry.rollback.selector;
        check(then.live == was.live || moves, "only publishing and rolling back move the head");
        if (step.call != IDomainSyncRegistry.rollback.selector) return;
        check(then.live < was.live, "a rollback goes back");
        for (uint256 i = 0; i < 8; ++i) {
            check(step.then.releases[i] <= then.live || !step.then.stable[i], "a rollback quarantines every newer release");
        }
        check(step.then.kept <= then.live || !step.then.keptStable, "also the kept one");
    }

    /// @dev A quarantine is for good, unless the owner ends it.
    function _checkStability(Step memory step) private {
        if (step.call == IDomainSyncRegistry.reinstate.selector) return;
        uint32 added = step.then.head.latest - step.was.head.latest;
        for (uint256 i = added; i < 8; ++i) {
            check(step.was.stable[i - added] || !step.then.stable[i], "only the owner ends a quarantine");
        }
        bool sameKept = step.was.kept == step.then.kept && step.was.kept != 0;
        check(!sameKept || step.was.keptStable || !step.then.keptStable, "also that of the kept release");
    }

    function _checkKept(Step memory step) private {
        bool publishes = Permissions.addsContent(step.call);
        bool same = step.was.kept == step.then.kept && step.was.keptHash == step.then.keptHash;
        check(!publishes || same, "a kept release survives every sync");
        check(!publishes || step.was.keptStable == step.then.keptStable, "as stable as it was");
        bool keeps = step.call == IDomainSyncRegistry.keep.selector && step.then.keptStable;
        bool reclaims = step.call == IDomainSyncRegistry.acceptTrust.selector && step.was.reclaim;
        check(same || keeps || reclaims, "only keep replaces the kept release, and with a stable one");
        check(!keeps || !step.was.keptStable || step.then.kept > step.was.kept, "a stable one gives way to newer ones only");
    }

    function _checkTrust(Step memory step) private {
        bool changed = keccak256(abi.encode(step.was.trust)) != keccak256(abi.encode(step.then.trust));
        check(!changed || step.call == IDomainSyncRegistry.acceptTrust.selector, "trust changes when it is accepted");
        if (step.call != IDomainSyncRegistry.acceptTrust.selector) return;
        check(step.then.trust.owner == step.caller, "by the new owner");
        check(block.timestamp >= step.was.notBefore, "after the delay");
        check(step.then.trust.fromRelease == step.was.head.latest + 1, "from the next release on");
        check(step.then.pendingTrust == 0, "and once");
        if (!step.was.reclaim) return;
        bool nobody = step.then.publisher == address(0) && step.then.healer == address(0);
        check(nobody && !step.then.head.stable && step.then.root == 0, "a reclaim leaves nothing of the old owner");
    }

    function check(bool condition, string memory rule) internal {
        if (!condition && bytes(broken).length == 0) broken = rule;
    }
}
