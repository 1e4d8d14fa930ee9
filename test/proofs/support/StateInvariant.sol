// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {vm} from "./Cheats.sol";
import {DomainState, DomainStateReader} from "./DomainState.sol";
import {both, either, implies} from "./Logic.sol";

/// @notice What is true of every domain, and of every release of it, at any time. The proofs assume it before a call;
/// `InvariantHolds` proves that a new registry has it and that every call keeps it.
library StateInvariant {
    using DomainStateReader for DomainState;

    uint256 private constant AGE_KEPT = 8;

    function assume(DomainState memory s, uint256 release) internal pure {
        vm.assume(_numbers(s, release));
        vm.assume(_live(s));
        vm.assume(_kept(s, release));
        vm.assume(_roles(s));
    }

    /// @dev One assertion for each part: four small questions to the solver are answered sooner than one.
    function check(DomainState memory s, uint256 release) internal pure {
        assert(_numbers(s, release));
        assert(_live(s));
        assert(_kept(s, release));
        assert(_roles(s));
    }

    function _numbers(DomainState memory s, uint256 release) private pure returns (bool yes) {
        yes = s.latest <= s.seq;
        yes = both(yes, implies(s.inRing, s.ipfsHash != 0));
        // the first seven releases leave places of the ring free, that of release 8 too
        uint256 place = release & 7;
        yes = both(yes, implies(both(s.latest < 8, either(place == 0, place > s.latest)), s.cell == 0));
        // bits of releases that were never published are clear
        yes = both(yes, implies(s.latest < 8, s.stableBits >> (s.latest & 7) == 0));
    }

    function _live(DomainState memory s) private pure returns (bool yes) {
        yes = s.age <= AGE_KEPT;
        // nothing is live before the first release, something after it
        yes = both(yes, implies(s.latest == 0, s.age == 0));
        yes = both(yes, implies(both(s.latest != 0, s.age != AGE_KEPT), s.age < s.latest));
        // a kept release is live as such only once it has left the ring
        yes = both(yes, implies(s.age == AGE_KEPT, both(s.kept != 0, !s.isInRing(s.kept))));
    }

    function _kept(DomainState memory s, uint256 release) private pure returns (bool yes) {
        yes = s.kept <= s.latest;
        yes = both(yes, implies(s.kept == 0, both(s.keptHash == 0, !s.keptStable)));
        // while it is in the ring too, both places say the same
        unchecked {
            bool sameStability = s.keptStable == s.stableAt(s.latest - s.kept);
            yes = both(yes, implies(s.isInRing(s.kept), sameStability));
        }
        yes = both(yes, implies(both(s.inRing, release == s.kept), s.ipfsHash == s.keptHash));
    }

    function _roles(DomainState memory s) private pure returns (bool yes) {
        yes = either(s.publisher != s.healer, s.publisher == address(0));
        // both words know whether the domain lives in a feed
        yes = both(yes, both(s.lanes <= 7, s.fed == s.lanes >> 2));
        // nobody has a role before registration
        yes = both(yes, implies(s.epochs == 0, both(s.hot == 0, s.healer == address(0))));
    }
}
