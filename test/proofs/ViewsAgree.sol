// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDomainSyncRegistry} from "../../contracts/interfaces/IDomainSyncRegistry.sol";
import {AnyRegistry} from "./support/AnyRegistry.sol";
import {DomainState} from "./support/DomainState.sol";
import {both, implies} from "./support/Logic.sol";
import {StateInvariant} from "./support/StateInvariant.sol";

/// @notice What readers are told is what the other proofs read from storage.
contract ViewsAgree is AnyRegistry {
    function check_head() external view {
        DomainState memory s = assumed();
        IDomainSyncRegistry.Head memory head = registry.head(domain);
        assert(both(head.live == s.live, head.stable == s.liveStable));
        assert(both(head.latest == s.latest, both(head.seq == s.seq, head.paused == s.lanes)));
        assert(implies(release == s.live, head.ipfsHash == s.ipfsHash));
    }

    function check_releaseAt() external view {
        DomainState memory s = assumed();
        (bytes32 ipfsHash, bool stable) = registry.releaseAt(domain, uint32(release));
        assert(both(ipfsHash == s.ipfsHash, stable == s.stable));
    }

    /// @custom:halmos --loop 9
    function check_ring() external view {
        DomainState memory s = assumed();
        (uint32[8] memory releases, bytes32[8] memory ipfsHashes, bool[8] memory stable) = registry.ring(domain);
        for (uint256 age = 0; age < 8; ++age) {
            bool held = age < s.latest;
            unchecked {
                assert(implies(held, releases[age] == s.latest - age));
            }
            assert(implies(!held, both(releases[age] == 0, both(ipfsHashes[age] == 0, !stable[age]))));
            bool same = both(ipfsHashes[age] == s.ipfsHash, stable[age] == s.stable);
            assert(implies(both(held, releases[age] == release), same));
        }
    }

    function check_kept() external view {
        DomainState memory s = assumed();
        (uint32 kept, bytes32 ipfsHash) = registry.kept(domain);
        assert(both(kept == s.kept, ipfsHash == s.keptHash));
    }

    function check_roles() external view {
        DomainState memory s = assumed();
        (address publisher, address healer,) = registry.roles(domain);
        assert(both(publisher == s.publisher, healer == s.healer));
    }

    /// @notice The newest stable release older than live: none is newer than the target, which is one of them.
    /// @custom:halmos --loop 9
    function check_rollbackTarget() external view {
        DomainState memory s = assumed();
        (uint32 to, bytes32 ipfsHash) = registry.rollbackTarget(domain);
        assert(implies(both(s.stable, release < s.live), release <= to));
        assert(implies(to != 0, to < s.live));
        assert(implies(both(to != 0, release == to), both(s.stable, ipfsHash == s.ipfsHash)));
    }

    function assumed() private view returns (DomainState memory s) {
        s = read();
        StateInvariant.assume(s, release);
    }
}
