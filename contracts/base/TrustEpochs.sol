// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IDomainSyncRegistry} from "../interfaces/IDomainSyncRegistry.sol";
import {DomainNames} from "../libraries/DomainNames.sol";
import {AGE_KEPT} from "../libraries/HotSlot.sol";
import {TypeHashes} from "../libraries/TypeHashes.sol";
import {Feeds} from "./Feeds.sol";
import {RegistryState} from "./RegistryState.sol";

/// @notice Who owns a domain and who signs for it: registration, roles, delayed changes of trust, reclaim.
abstract contract TrustEpochs is RegistryState, Feeds, AccessControl, EIP712 {
    /// @inheritdoc IDomainSyncRegistry
    uint64 public constant TRUST_DELAY = 2 days;
    /// @inheritdoc IDomainSyncRegistry
    uint64 public constant RECLAIM_DELAY = 30 days;
    /// @inheritdoc IDomainSyncRegistry
    bytes32 public constant REGISTRAR_ROLE = keccak256("REGISTRAR_ROLE");
    /// @inheritdoc IDomainSyncRegistry
    uint256 public immutable QUORUM;

    constructor(uint256 quorum) {
        QUORUM = quorum;
    }

    /// @inheritdoc IDomainSyncRegistry
    function register(
        string calldata name,
        Trust calldata trust,
        address publisher,
        address healer,
        uint256 deadline,
        bytes[] calldata attestations
    ) external returns (address domain) {
        bytes32 node;
        (domain, node) = domainId(name);
        Domain storage d = _domains[domain];
        if (d.epochs != 0) revert AlreadyRegistered(domain, d.node);
        _requireAttested(TypeHashes.registration(name, trust, publisher, healer, deadline), deadline, attestations);
        d.node = node;
        _setRoles(domain, publisher, healer);
        emit DomainRegistered(domain, node, trust.owner, name);
        _startEpoch(domain, trust);
    }

    /// @inheritdoc IDomainSyncRegistry
    function startReclaim(string calldata name, Trust calldata next, uint256 deadline, bytes[] calldata attestations)
        external
    {
        (address domain, bytes32 node) = domainId(name);
        Domain storage d = _domains[domain];
        if (d.node != node) revert NotRegistered(domain);
        _requireAttested(TypeHashes.reclaim(name, next, d.reclaims, deadline), deadline, attestations);
        ++d.reclaims;
        _propose(domain, next, RECLAIM_DELAY, true);
    }

    /// @inheritdoc IDomainSyncRegistry
    function objectReclaim(address domain) external {
        _requireOwner(domain);
        if (!_domains[domain].reclaim) revert NoPendingTrust(domain);
        _cancelPending(domain);
    }

    /// @inheritdoc IDomainSyncRegistry
    function setRoles(address domain, address publisher, address healer) external {
        _requireOwner(domain);
        _domains[domain].hot = _domains[domain].hot.raised();
        _setRoles(domain, publisher, healer);
    }

    /// @inheritdoc IDomainSyncRegistry
    function proposeTrust(address domain, Trust calldata next) external {
        _requireOwner(domain);
        if (_domains[domain].reclaim) revert ReclaimPending(domain);
        _propose(domain, next, TRUST_DELAY, false);
    }

    /// @inheritdoc IDomainSyncRegistry
    function cancelTrust(address domain) external {
        _requireOwnerOrGuardian(domain);
        if (_domains[domain].reclaim) revert ReclaimPending(domain);
        _cancelPending(domain);
    }

    /// @inheritdoc IDomainSyncRegistry
    function acceptTrust(address domain, Trust calldata next) external {
        Domain storage d = _domains[domain];
        bytes32 pending = d.pendingTrust;
        if (pending == 0) revert NoPendingTrust(domain);
        bytes32 offered = TypeHashes.trust(next);
        if (offered != pending) revert TrustMismatch(pending, offered);
        if (msg.sender != next.owner) revert NotAuthorized(domain, msg.sender);
        if (block.timestamp < d.notBefore) revert TooEarly(d.notBefore, block.timestamp);
        bool reclaimed = d.reclaim;
        _clearPending(d);
        if (reclaimed) _reset(domain);
        d.hot = d.hot.raised(); // what was signed under the old trust must not land under the new one
        _startEpoch(domain, next);
    }

    /// @inheritdoc IDomainSyncRegistry
    function trustAt(address domain, uint32 release) external view returns (Trust memory) {
        Domain storage d = _domains[domain];
        uint256 epoch = d.epochs;
        // the newest epoch that covers the release; the first one covers everything before it too
        while (epoch > 1 && d.trust[epoch].fromRelease > release) --epoch;
        return d.trust[epoch];
    }

    /// @inheritdoc IDomainSyncRegistry
    function pendingTrust(address domain) external view returns (bytes32 trustHash, uint64 notBefore, bool reclaim) {
        Domain storage d = _domains[domain];
        return (d.pendingTrust, d.notBefore, d.reclaim);
    }

    /// @inheritdoc IDomainSyncRegistry
    function reclaims(address domain) external view returns (uint32) {
        return _domains[domain].reclaims;
    }

    /// @inheritdoc IDomainSyncRegistry
    function nodeOf(address domain) external view returns (bytes32) {
        return _domains[domain].node;
    }

    /// @inheritdoc IDomainSyncRegistry
    function domainId(string calldata name) public pure returns (address domain, bytes32 node) {
        node = DomainNames.nodeOf(name);
        domain = address(uint160(uint256(node)));
    }

    function _requireAttested(bytes32 structHash, uint256 deadline, bytes[] calldata attestations) private view {
        if (block.timestamp > deadline) revert Expired(deadline, block.timestamp);
        bytes32 digest = _hashTypedDataV4(structHash);
        address last;
        for (uint256 i = 0; i < attestations.length; ++i) {
            (address signer,,) = ECDSA.tryRecoverCalldata(digest, attestations[i]);
            if (signer <= last || !hasRole(REGISTRAR_ROLE, signer)) revert BadAttestation(i, QUORUM);
            last = signer;
        }
        if (attestations.length < QUORUM) revert BadAttestation(attestations.length, QUORUM);
    }

    function _requireComplete(Trust calldata trust) private pure {
        if (trust.owner == address(0) || trust.signer == address(0) || trust.pqKeyHash == 0) {
            revert IncompleteTrust(trust.owner, trust.signer, trust.pqKeyHash);
        }
    }

    function _startEpoch(address domain, Trust calldata trust) private {
        _requireComplete(trust);
        Domain storage d = _domains[domain];
        Trust storage epoch = d.trust[++d.epochs];
        (epoch.owner, epoch.guardian, epoch.signer) = (trust.owner, trust.guardian, trust.signer);
        (epoch.fromRelease, epoch.pqKeyHash) = (d.hot.latest() + 1, trust.pqKeyHash);
        emit TrustChanged(domain, epoch);
    }

    function _propose(address domain, Trust calldata next, uint64 delay, bool reclaim) private {
        _requireComplete(next);
        Domain storage d = _domains[domain];
        uint64 notBefore = uint64(block.timestamp) + delay;
        d.pendingTrust = TypeHashes.trust(next);
        (d.notBefore, d.reclaim) = (notBefore, reclaim);
        emit TrustProposed(domain, next, notBefore, reclaim);
    }

    function _cancelPending(address domain) private {
        Domain storage d = _domains[domain];
        if (d.pendingTrust == 0) revert NoPendingTrust(domain);
        _clearPending(d);
        emit TrustCancelled(domain, msg.sender);
    }

    function _clearPending(Domain storage d) private {
        (d.pendingTrust, d.notBefore, d.reclaim) = (0, 0, false);
    }

    /// @dev After a reclaim nothing of the old owner speaks for the domain, or as a feed; numbers go on. The kept release
    /// stays on record (quarantined) while it is the live one, since the head may not move by this.
    function _reset(address domain) private {
        Domain storage d = _domains[domain];
        if (d.fed) _setFeed(domain, address(0));
        if (d.hot.age() != AGE_KEPT) (d.keptRelease, d.keptHash) = (0, 0);
        d.hot = d.hot.withoutStable();
        d.root = 0;
        _setRoles(domain, address(0), address(0));
    }
}
