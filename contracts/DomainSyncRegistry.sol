// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IDomainSyncRegistry} from "./interfaces/IDomainSyncRegistry.sol";
import {DomainNames} from "./libraries/DomainNames.sol";
import {
    HotSlot,
    AGE_KEPT,
    LANE_FEED,
    LANE_HEALING,
    LANE_PUBLISHING,
    RING
} from "./libraries/HotSlot.sol";
import {RootCid} from "./libraries/RootCid.sol";
import {TypeHashes} from "./libraries/TypeHashes.sol";

/// @title DomainSync registry
/// @notice Which release of a domain is live, which ones it may go back to, and who signs for them. Immutable.
/// @dev The manual is {IDomainSyncRegistry}.
contract DomainSyncRegistry is IDomainSyncRegistry, AccessControl, EIP712 {
    /// @dev One word of the ring. A struct, so that the compiler need not shift bytes inside the word: 60 gas less per sync.
    struct Cell {
        bytes32 ipfsHash;
    }

    /// @dev One domain. A steady `sync` touches `hot` and one word of the ring, a healer's log only the second word.
    struct Domain {
        HotSlot hot;
        // one word
        address healer;
        uint32 keptRelease;
        uint32 epochs; // trust epochs so far; 0: not registered
        bool fed; // the feed lane bit, again, for what reads only this word
        // release n stands at n % 8
        Cell[RING] ring;
        bytes32 keptHash;
        bytes32 node;
        mapping(uint256 epoch => Trust) trust;
        // a proposed trust, or a reclaim
        bytes32 pendingTrust;
        uint64 notBefore;
        bool reclaim;
        uint32 reclaims; // ever started: makes an attestation good for one of them only
        // feeds
        address feed; // that this domain chose
        bytes32 root; // that this domain anchored as a feed
    }

    /// @inheritdoc IDomainSyncRegistry
    uint64 public constant TRUST_DELAY = 2 days;
    /// @inheritdoc IDomainSyncRegistry
    uint64 public constant RECLAIM_DELAY = 30 days;
    /// @inheritdoc IDomainSyncRegistry
    bytes32 public constant REGISTRAR_ROLE = keccak256("REGISTRAR_ROLE");
    /// @inheritdoc IDomainSyncRegistry
    uint256 public immutable QUORUM;

    mapping(address domain => Domain) private _domains;

    /// @param timelock Grants and revokes registrars; nothing else.
    /// @param registrars All different; at least `quorum`.
    /// @param quorum Signatures that a registration or a reclaim needs, for ever.
    constructor(address timelock, address[] memory registrars, uint256 quorum) EIP712("DomainSync", "1") {
        uint256 granted;
        for (uint256 i = 0; i < registrars.length; ++i) {
            if (registrars[i] != address(0) && _grantRole(REGISTRAR_ROLE, registrars[i])) ++granted;
        }
        if (quorum == 0 || granted < quorum || granted < registrars.length) revert BadQuorum(granted, quorum);
        _grantRole(DEFAULT_ADMIN_ROLE, timelock);
        QUORUM = quorum;
    }

    // --- registration

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
        (address domain,) = domainId(name);
        Domain storage d = _domains[domain];
        _epoch(domain);
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

    // --- publisher

    /// @inheritdoc IDomainSyncRegistry
    function sync(address domain, bytes32 ipfsHash, uint32 expectedSeq) external {
        HotSlot hot = _domains[domain].hot;
        if (msg.sender != hot.publisher()) _refuse(domain);
        _sync(domain, hot, ipfsHash, expectedSeq);
    }

    /// @inheritdoc IDomainSyncRegistry
    function syncWithSignature(
        address domain,
        bytes32 ipfsHash,
        uint32 expectedSeq,
        uint256 deadline,
        bytes calldata signature
    ) external {
        if (block.timestamp > deadline) revert Expired(deadline, block.timestamp);
        HotSlot hot = _domains[domain].hot;
        address publisher = hot.publisher();
        bytes32 digest = _hashTypedDataV4(TypeHashes.sync(domain, ipfsHash, expectedSeq, deadline));
        if (!SignatureChecker.isValidSignatureNowCalldata(publisher, digest, signature)) revert BadSignature(publisher);
        _sync(domain, hot, ipfsHash, expectedSeq);
    }

    /// @inheritdoc IDomainSyncRegistry
    function syncBatch(Item[] calldata items) external returns (uint256 failed) {
        for (uint256 i = 0; i < items.length; ++i) {
            Item calldata item = items[i];
            address domain = item.domain;
            Domain storage d = _domains[domain];
            HotSlot hot = d.hot;
            if (msg.sender != hot.publisher()) _refuse(domain);
            if (item.ipfsHash == 0) revert ZeroHash();
            // `!_evictsLive(d, hot)`, written out: a call costs 40 gas for each item
            bool success = hot.takes(item.expectedSeq) && (hot.age() != RING - 1 || _live(d, hot) == d.keptRelease);
            if (success) _append(d, hot, item.ipfsHash);
            else ++failed;
            emit DomainSync(domain, item.ipfsHash, block.timestamp, success);
        }
    }

    /// @inheritdoc IDomainSyncRegistry
    function logFailure(address domain, bytes32 ipfsHash) external {
        HotSlot hot = _domains[domain].hot;
        if (msg.sender != hot.publisher()) _refuse(domain);
        if (hot.lanes() & LANE_FEED != 0) revert LanePaused(domain, hot.lanes());
        emit DomainSync(domain, ipfsHash, block.timestamp, false);
    }

    // --- healer, guardian, owner

    /// @inheritdoc IDomainSyncRegistry
    function logHealthFailure(address domain, bytes32 ipfsHash) external {
        Domain storage d = _domains[domain];
        if (msg.sender != d.healer) _refuse(domain);
        if (d.fed) revert LanePaused(domain, LANE_FEED);
        emit DomainSync(domain, ipfsHash, block.timestamp, false);
    }

    /// @inheritdoc IDomainSyncRegistry
    function rollback(address domain, uint32 target, uint32 expectedSeq) external {
        Domain storage d = _domains[domain];
        HotSlot hot = d.hot;
        (address healer, uint32 keptRelease) = (d.healer, d.keptRelease);
        _requireHealing(domain, hot, healer, false);
        if (hot.seq() != expectedSeq) revert StaleSeq(expectedSeq, hot.seq());
        uint32 live = _live(d, hot);
        if (target == 0 || target >= live) revert NotStable(target);
        uint256 targetAge = hot.latest() - target;
        if (targetAge < RING ? !hot.stableAt(targetAge) : target != keptRelease || !hot.keptStable()) {
            revert NotStable(target);
        }
        if (targetAge >= RING) targetAge = AGE_KEPT;
        if (keptRelease > target) hot = hot.withKeptStable(false);
        hot = hot.rolledBack(targetAge);
        d.hot = hot;
        emit RolledBack(domain, live, target, hot.seq());
        bytes32 restored = targetAge == AGE_KEPT ? d.keptHash : d.ring[target % RING].ipfsHash;
        emit DomainSync(domain, restored, block.timestamp, true);
    }

    /// @inheritdoc IDomainSyncRegistry
    function keep(address domain, uint32 release, uint32 expectedSeq) external {
        Domain storage d = _domains[domain];
        HotSlot hot = d.hot;
        _requireHealing(domain, hot, d.healer, true);
        if (hot.seq() != expectedSeq) revert StaleSeq(expectedSeq, hot.seq());
        if (release <= d.keptRelease) revert NotNewer(release, d.keptRelease);
        (bool inRing, uint256 ringAge) = _ringAge(hot, release);
        if (!inRing || !hot.stableAt(ringAge)) revert NotStable(release);
        // the live release is only kept: replacing it would move the head
        if (hot.age() == AGE_KEPT) revert EvictsLive(d.keptRelease);
        bytes32 ipfsHash = d.ring[release % RING].ipfsHash;
        d.keptRelease = release;
        d.keptHash = ipfsHash;
        d.hot = hot.withKeptStable(true).raised();
        emit Kept(domain, release, ipfsHash);
    }

    /// @inheritdoc IDomainSyncRegistry
    function quarantine(address domain, uint32 release) external {
        Trust storage trust = _epoch(domain);
        if (msg.sender != trust.owner && msg.sender != trust.guardian) revert NotAuthorized(domain, msg.sender);
        _setStable(domain, release, false);
    }

    /// @inheritdoc IDomainSyncRegistry
    function reinstate(address domain, uint32 release) external {
        _requireOwner(domain);
        _setStable(domain, release, true);
    }

    /// @inheritdoc IDomainSyncRegistry
    function pause(address domain, uint8 lanes) external {
        HotSlot hot = _domains[domain].hot;
        Trust storage trust = _epoch(domain);
        if (lanes > LANE_PUBLISHING | LANE_HEALING) revert NotAuthorized(domain, msg.sender);
        if (msg.sender != trust.owner && msg.sender != trust.guardian) {
            if (msg.sender != _domains[domain].healer || lanes > LANE_PUBLISHING) {
                revert NotAuthorized(domain, msg.sender);
            }
            if (hot.lanes() & LANE_HEALING != 0) revert LanePaused(domain, hot.lanes());
        }
        _setLanes(domain, hot, hot.lanes() | lanes);
    }

    /// @inheritdoc IDomainSyncRegistry
    function unpause(address domain, uint8 lanes) external {
        _requireOwner(domain);
        if (lanes > LANE_PUBLISHING | LANE_HEALING) revert NotAuthorized(domain, msg.sender);
        HotSlot hot = _domains[domain].hot;
        _setLanes(domain, hot, hot.lanes() & ~lanes);
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
        Trust storage trust = _epoch(domain);
        if (msg.sender != trust.owner && msg.sender != trust.guardian) revert NotAuthorized(domain, msg.sender);
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

    // --- feeds

    /// @inheritdoc IDomainSyncRegistry
    function setFeed(address domain, address feed) external {
        _requireOwner(domain);
        if (feed == domain) revert SharedRole(feed);
        if (feed != address(0)) _epoch(feed);
        _setFeed(domain, feed);
        _domains[domain].hot = _domains[domain].hot.raised();
    }

    /// @inheritdoc IDomainSyncRegistry
    function anchor(address feed, bytes32 root, bytes32 manifestHash, uint32 expectedSeq) external {
        Domain storage d = _domains[feed];
        HotSlot hot = d.hot;
        if (msg.sender != hot.publisher()) _refuse(feed);
        if (root == 0) revert ZeroHash();
        if (!hot.takes(expectedSeq)) _refuseSync(feed, hot, expectedSeq);
        hot = hot.raised();
        d.hot = hot;
        d.root = root;
        emit Anchored(feed, root, manifestHash, hot.seq());
    }

    /// @inheritdoc IDomainSyncRegistry
    function verifyLeaf(Leaf calldata leaf, bytes32[] calldata proof) external view returns (bool current) {
        bytes32 root = _domains[_domains[leaf.domain].feed].root;
        if (!leaf.success || root == 0) return false;
        return MerkleProof.verifyCalldata(proof, root, keccak256(bytes.concat(keccak256(abi.encode(leaf)))));
    }

    // --- views

    /// @inheritdoc IDomainSyncRegistry
    function head(address domain) external view returns (Head memory) {
        Domain storage d = _domains[domain];
        HotSlot hot = d.hot;
        (uint32 live, bytes32 ipfsHash, bool stable) = _liveRelease(d, hot);
        return Head(ipfsHash, live, hot.latest(), hot.seq(), stable, hot.lanes());
    }

    /// @inheritdoc IDomainSyncRegistry
    function headCid(address domain) external view returns (string memory) {
        (, bytes32 ipfsHash, bool stable) = _liveRelease(_domains[domain], _domains[domain].hot);
        return stable ? RootCid.toString(ipfsHash) : "";
    }

    /// @inheritdoc IDomainSyncRegistry
    function releaseAt(address domain, uint32 release) external view returns (bytes32 ipfsHash, bool stable) {
        Domain storage d = _domains[domain];
        HotSlot hot = d.hot;
        (bool inRing, uint256 ringAge) = _ringAge(hot, release);
        if (inRing) return (d.ring[release % RING].ipfsHash, hot.stableAt(ringAge));
        if (release != 0 && release == d.keptRelease) return (d.keptHash, hot.keptStable());
    }

    /// @inheritdoc IDomainSyncRegistry
    function ring(address domain)
        external
        view
        returns (uint32[8] memory releases, bytes32[8] memory ipfsHashes, bool[8] memory stable)
    {
        Domain storage d = _domains[domain];
        HotSlot hot = d.hot;
        uint32 release = hot.latest();
        for (uint256 i = 0; i < RING && release != 0; ++i) {
            (releases[i], ipfsHashes[i], stable[i]) = (release, d.ring[release % RING].ipfsHash, hot.stableAt(i));
            --release;
        }
    }

    /// @inheritdoc IDomainSyncRegistry
    function rollbackTarget(address domain) external view returns (uint32 release, bytes32 ipfsHash) {
        Domain storage d = _domains[domain];
        HotSlot hot = d.hot;
        for (uint256 i = hot.age() + 1; i < RING; ++i) {
            if (hot.stableAt(i)) {
                release = uint32(hot.latest() - i);
                return (release, d.ring[release % RING].ipfsHash);
            }
        }
        release = d.keptRelease;
        if (release < _live(d, hot) && hot.keptStable()) return (release, d.keptHash);
        release = 0;
    }

    /// @inheritdoc IDomainSyncRegistry
    function kept(address domain) external view returns (uint32 release, bytes32 ipfsHash) {
        return (_domains[domain].keptRelease, _domains[domain].keptHash);
    }

    /// @inheritdoc IDomainSyncRegistry
    function roles(address domain) external view returns (address publisher, address healer, address feed) {
        Domain storage d = _domains[domain];
        return (d.hot.publisher(), d.healer, d.feed);
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
    function feedHead(address feed) external view returns (bytes32 root, uint32 seq) {
        return (_domains[feed].root, _domains[feed].hot.seq());
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

    // --- internal: releases

    function _sync(address domain, HotSlot hot, bytes32 ipfsHash, uint32 expectedSeq) private {
        Domain storage d = _domains[domain];
        if (ipfsHash == 0) revert ZeroHash();
        if (!hot.takes(expectedSeq)) _refuseSync(domain, hot, expectedSeq);
        if (_evictsLive(d, hot)) revert EvictsLive(_live(d, hot));
        _append(d, hot, ipfsHash);
        emit DomainSync(domain, ipfsHash, block.timestamp, true);
    }

    function _append(Domain storage d, HotSlot hot, bytes32 ipfsHash) private {
        hot = hot.published();
        d.hot = hot;
        d.ring[hot.latest() % RING].ipfsHash = ipfsHash;
    }

    function _refuseSync(address domain, HotSlot hot, uint32 expectedSeq) private pure {
        if (hot.seq() != expectedSeq) revert StaleSeq(expectedSeq, hot.seq());
        revert LanePaused(domain, hot.lanes());
    }

    /// @dev The next release takes the place of the oldest one in the ring.
    function _evictsLive(Domain storage d, HotSlot hot) private view returns (bool) {
        return hot.age() == RING - 1 && _live(d, hot) != d.keptRelease;
    }

    function _live(Domain storage d, HotSlot hot) private view returns (uint32) {
        return hot.age() == AGE_KEPT ? d.keptRelease : uint32(hot.latest() - hot.age());
    }

    function _liveRelease(Domain storage d, HotSlot hot)
        private
        view
        returns (uint32 live, bytes32 ipfsHash, bool stable)
    {
        live = _live(d, hot);
        if (hot.age() == AGE_KEPT) return (live, d.keptHash, hot.keptStable());
        return (live, d.ring[live % RING].ipfsHash, hot.stableAt(hot.age()));
    }

    function _ringAge(HotSlot hot, uint32 release) private pure returns (bool inRing, uint256 ringAge) {
        uint32 latest = hot.latest();
        if (release == 0 || release > latest || latest - release >= RING) return (false, 0);
        return (true, latest - release);
    }

    function _setStable(address domain, uint32 release, bool stable) private {
        Domain storage d = _domains[domain];
        HotSlot hot = d.hot;
        HotSlot next = hot;
        (bool inRing, uint256 ringAge) = _ringAge(hot, release);
        bool isKept = release != 0 && release == d.keptRelease;
        if (!inRing && !isKept) revert NotStable(release);
        if (inRing) next = next.withStableAt(ringAge, stable);
        if (isKept) next = next.withKeptStable(stable);
        if (HotSlot.unwrap(next) == HotSlot.unwrap(hot)) return;
        d.hot = next.raised();
        emit StableChanged(domain, release, stable, msg.sender);
    }

    // --- internal: roles and trust

    /// @dev Owner always, guardian if allowed, healer unless healing is paused; nobody while the domain lives in a feed.
    function _requireHealing(address domain, HotSlot hot, address healer, bool guardianToo) private view {
        uint8 lanes = hot.lanes();
        if (lanes & LANE_FEED != 0) revert LanePaused(domain, lanes);
        bool isHealer = msg.sender == healer;
        if (isHealer && lanes & LANE_HEALING == 0) return;
        Trust storage trust = _epoch(domain);
        if (msg.sender == trust.owner || (guardianToo && msg.sender == trust.guardian)) return;
        if (isHealer) revert LanePaused(domain, lanes);
        revert NotAuthorized(domain, msg.sender);
    }

    function _requireOwner(address domain) private view {
        if (msg.sender != _epoch(domain).owner) revert NotAuthorized(domain, msg.sender);
    }

    function _refuse(address domain) private view {
        _epoch(domain);
        revert NotAuthorized(domain, msg.sender);
    }

    /// @dev The current epoch of a registered domain.
    function _epoch(address domain) private view returns (Trust storage) {
        Domain storage d = _domains[domain];
        uint256 epochs = d.epochs;
        if (epochs == 0) revert NotRegistered(domain);
        return d.trust[epochs];
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

    function _setRoles(address domain, address publisher, address healer) private {
        if (publisher == healer && publisher != address(0)) revert SharedRole(publisher);
        Domain storage d = _domains[domain];
        d.hot = d.hot.withPublisher(publisher);
        d.healer = healer;
        emit RolesChanged(domain, publisher, healer);
    }

    function _setLanes(address domain, HotSlot hot, uint8 lanes) private {
        if (lanes == hot.lanes()) return;
        _domains[domain].hot = hot.withLanes(lanes).raised();
        emit LanesChanged(domain, lanes, msg.sender);
    }

    function _setFeed(address domain, address feed) private {
        Domain storage d = _domains[domain];
        uint8 lanes = d.hot.lanes();
        if (feed != address(0)) lanes |= LANE_FEED;
        else if (lanes & LANE_FEED != 0) lanes = (lanes & ~LANE_FEED) | LANE_PUBLISHING;
        d.hot = d.hot.withLanes(lanes);
        d.fed = feed != address(0);
        d.feed = feed;
        emit FeedChanged(domain, feed);
    }

    function _startEpoch(address domain, Trust calldata trust) private {
        _requireComplete(trust);
        Domain storage d = _domains[domain];
        Trust storage epoch = d.trust[++d.epochs];
        (epoch.owner, epoch.guardian, epoch.signer) = (trust.owner, trust.guardian, trust.signer);
        (epoch.fromRelease, epoch.pqKeyHash) = (d.hot.latest() + 1, trust.pqKeyHash);
        emit TrustChanged(domain, epoch);
    }

    function _requireComplete(Trust calldata trust) private pure {
        if (trust.owner == address(0) || trust.signer == address(0) || trust.pqKeyHash == 0) {
            revert IncompleteTrust(trust.owner, trust.signer, trust.pqKeyHash);
        }
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

    /// @dev After a reclaim nothing of the old owner speaks for the domain; numbers go on. The kept release stays on record
    /// (quarantined) while it is the live one, since the head may not move by this.
    function _reset(address domain) private {
        Domain storage d = _domains[domain];
        if (d.fed) _setFeed(domain, address(0));
        if (d.hot.age() != AGE_KEPT) (d.keptRelease, d.keptHash) = (0, 0);
        d.hot = d.hot.withoutStable();
        _setRoles(domain, address(0), address(0));
    }
}
