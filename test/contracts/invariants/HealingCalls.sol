// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DomainState} from "./DomainState.sol";
import {RegistryWorld} from "./RegistryWorld.sol";

/// @notice Healer, guardian and owner with releases and lanes, with good intentions or bad ones.
abstract contract HealingCalls is RegistryWorld {
    function logHealthFailure(uint8 which, uint8 who) external {
        which %= 3;
        DomainState memory s = state(which);
        step(which, s, mostly(s.healer, who, s), abi.encodeCall(REGISTRY.logHealthFailure, (domains[which], bytes32(0))));
    }

    function rollback(uint8 which, uint8 who, uint8 back, uint8 staleness) external {
        which %= 3;
        DomainState memory s = state(which);
        address caller = mostly(who % 4 == 0 ? s.trust.owner : s.healer, who, s);
        uint32 seq = staleness < 240 ? s.head.seq : s.head.seq - 1;
        step(which, s, caller, abi.encodeCall(REGISTRY.rollback, (domains[which], _target(which, s, back), seq)));
    }

    function keep(uint8 which, uint8 who, uint8 back) external {
        which %= 3;
        DomainState memory s = state(which);
        address caller = mostly(_one(who, s), who, s);
        step(which, s, caller, abi.encodeCall(REGISTRY.keep, (domains[which], _toKeep(s, back), s.head.seq)));
    }

    function quarantine(uint8 which, uint8 who, uint8 back) external {
        which %= 3;
        DomainState memory s = state(which);
        address caller = mostly(who % 2 == 0 ? s.trust.guardian : s.trust.owner, who, s);
        step(which, s, caller, abi.encodeCall(REGISTRY.quarantine, (domains[which], _release(s, back))));
    }

    function reinstate(uint8 which, uint8 who, uint8 back) external {
        which %= 3;
        DomainState memory s = state(which);
        address caller = mostly(s.trust.owner, who, s);
        step(which, s, caller, abi.encodeCall(REGISTRY.reinstate, (domains[which], _release(s, back))));
    }

    function pause(uint8 which, uint8 who, uint8 lanes) external {
        which %= 3;
        DomainState memory s = state(which);
        step(which, s, mostly(_one(who, s), who, s), abi.encodeCall(REGISTRY.pause, (domains[which], lanes % 5)));
    }

    function unpause(uint8 which, uint8 who, uint8 lanes) external {
        which %= 3;
        DomainState memory s = state(which);
        // both most of the time, or hardly anything else would ever happen
        uint8 opened = lanes < 192 ? 3 : lanes % 5;
        step(which, s, mostly(s.trust.owner, who, s), abi.encodeCall(REGISTRY.unpause, (domains[which], opened)));
    }

    function _one(uint8 who, DomainState memory s) private pure returns (address) {
        return [s.healer, s.trust.guardian, s.trust.owner][who % 3];
    }

    function _release(DomainState memory s, uint8 back) private pure returns (uint32) {
        if (back % 4 == 0) return s.kept;
        return s.head.latest > back % 10 ? s.head.latest - back % 10 : 0;
    }

    /// @dev Mostly one that is stable.
    function _toKeep(DomainState memory s, uint8 back) private pure returns (uint32) {
        if (back % 4 == 1) return _release(s, back);
        for (uint256 i = back / 4 % 4; i < 8; ++i) {
            if (s.stable[i]) return s.releases[i];
        }
        return s.releases[0];
    }

    /// @dev The kept one (mostly, once it is nowhere else), what a reader would go back to, the oldest in the ring (the next
    /// release would take its place), or any.
    function _target(uint256 which, DomainState memory s, uint8 back) private view returns (uint32 target) {
        bool onlyKept = s.keptStable && s.kept < s.releases[7];
        if (back % 4 == 0 || (onlyKept && back % 8 < 7)) return s.kept;
        if (back % 4 == 1) return s.releases[7];
        if (back % 4 == 2) return _release(s, back);
        (target,) = REGISTRY.rollbackTarget(domains[which]);
    }
}
