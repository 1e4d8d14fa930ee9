// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDomainSyncRegistry} from "../../../contracts/interfaces/IDomainSyncRegistry.sol";
import {TypeHashes} from "../../../contracts/libraries/TypeHashes.sol";
import {signTyped} from "../support/TypedData.sol";
import {DomainState} from "./DomainState.sol";
import {PublisherCalls} from "./PublisherCalls.sol";

/// @notice Roles and trust change hands, time passes, names are reclaimed.
abstract contract TrustCalls is PublisherCalls {
    uint256 private immutable REGISTRAR_KEY;

    /// @dev The trust that was proposed last for each domain, and when it may be accepted.
    IDomainSyncRegistry.Trust[3] private next;
    uint256[3] private notBefore;

    constructor(uint256 registrarKey) {
        REGISTRAR_KEY = registrarKey;
    }

    function setRoles(uint8 which, uint8 who, uint8 publisher, uint8 healer) external {
        which %= 3;
        DomainState memory s = state(which);
        address[4] memory healers = [address(0x1004), address(0x2004), address(0), publishers[publisher % 3]];
        address nextPublisher = publisher < 240 ? publishers[publisher % 3] : address(0);
        bytes memory call = abi.encodeCall(REGISTRY.setRoles, (domains[which], nextPublisher, healers[healer % 4]));
        step(which, s, mostly(s.trust.owner, who, s), call);
    }

    function proposeTrust(uint8 which, uint8 who, uint256 choice) external {
        which %= 3;
        DomainState memory s = state(which);
        IDomainSyncRegistry.Trust memory proposed = _trust(choice);
        step(which, s, mostly(s.trust.owner, who, s), abi.encodeCall(REGISTRY.proposeTrust, (domains[which], proposed)));
        (next[which], notBefore[which]) = (proposed, clock + 2 days);
    }

    /// @dev The registrars agree: they were shown a DNS record.
    function startReclaim(uint8 which, uint256 choice, uint8 wrong) external {
        which %= 3;
        DomainState memory s = state(which);
        IDomainSyncRegistry.Trust memory proposed = _trust(choice);
        bytes32 trust = keccak256(
            abi.encode(TypeHashes.TRUST, proposed.owner, proposed.guardian, proposed.signer, proposed.pqKeyHash)
        );
        uint32 nonce = s.reclaims + (wrong < 240 ? 0 : 1);
        bytes32 message =
            keccak256(abi.encode(TypeHashes.RECLAIM, keccak256(bytes(names[which])), trust, nonce, clock));
        bytes[] memory attestations = new bytes[](1);
        attestations[0] = signTyped(address(REGISTRY), REGISTRAR_KEY, message);
        step(which, s, STRANGER, abi.encodeCall(REGISTRY.startReclaim, (names[which], proposed, clock, attestations)));
        (next[which], notBefore[which]) = (proposed, clock + 30 days);
    }

    function cancelTrust(uint8 which, uint8 who) external {
        which %= 3;
        DomainState memory s = state(which);
        address caller = mostly(who % 2 == 0 ? s.trust.guardian : s.trust.owner, who, s);
        step(which, s, caller, abi.encodeCall(REGISTRY.cancelTrust, (domains[which])));
    }

    function objectReclaim(uint8 which, uint8 who) external {
        which %= 3;
        DomainState memory s = state(which);
        step(which, s, mostly(s.trust.owner, who, s), abi.encodeCall(REGISTRY.objectReclaim, (domains[which])));
    }

    function acceptTrust(uint8 which, uint8 who) external {
        which %= 3;
        DomainState memory s = state(which);
        IDomainSyncRegistry.Trust memory proposed = next[which];
        if (who % 2 == 0 && clock < notBefore[which]) clock = notBefore[which];
        address caller = mostly(proposed.owner, who, s);
        step(which, s, caller, abi.encodeCall(REGISTRY.acceptTrust, (domains[which], proposed)));
        check(clock >= notBefore[which], "nobody takes over before two days, or thirty of a reclaim");
    }

    /// @param time Up to sixteen days.
    function passTime(uint32 time) external {
        clock += 1 + time % 16 days;
    }

    function _trust(uint256 choice) private pure returns (IDomainSyncRegistry.Trust memory) {
        address[4] memory owners = [address(0x1001), address(0x2001), address(0x2002), address(0x2003)];
        address[3] memory guardians = [address(0x1002), address(0x2003), address(0)];
        return IDomainSyncRegistry.Trust({
            owner: owners[choice % 4],
            guardian: guardians[(choice >> 8) % 3],
            signer: address(uint160(0x4000 + (choice >> 16) % 3)),
            fromRelease: uint32(choice >> 32), // ignored
            pqKeyHash: keccak256(abi.encode("an ML-DSA-87 key", (choice >> 24) % 3))
        });
    }
}
