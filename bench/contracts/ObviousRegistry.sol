// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";

/// @title The obvious design
/// @notice What the registry is measured against: OpenZeppelin's AccessControl with roles per domain, and an array that
/// keeps every release. It has no fence, no ring, no quarantine, no trust, no registration by name: it does less.
contract ObviousRegistry is AccessControl {
    struct Release {
        bytes32 ipfsHash;
        uint64 timestamp;
        address publisher;
    }

    struct Item {
        address domain;
        bytes32 ipfsHash;
    }

    mapping(address domain => Release[]) public history;

    event DomainSync(address indexed domain, bytes32 indexed ipfsHash, uint256 timestamp, bool success);

    constructor() {
        _grantRole(DEFAULT_ADMIN_ROLE, msg.sender);
    }

    function publisherOf(address domain) public pure returns (bytes32) {
        return keccak256(abi.encode("publisher", domain));
    }

    function healerOf(address domain) public pure returns (bytes32) {
        return keccak256(abi.encode("healer", domain));
    }

    function register(address domain, address publisher, address healer) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _grantRole(publisherOf(domain), publisher);
        _grantRole(healerOf(domain), healer);
    }

    function sync(address domain, bytes32 ipfsHash) external onlyRole(publisherOf(domain)) {
        _append(domain, ipfsHash);
    }

    function syncBatch(Item[] calldata items) external {
        for (uint256 i = 0; i < items.length; ++i) {
            _checkRole(publisherOf(items[i].domain));
            _append(items[i].domain, items[i].ipfsHash);
        }
    }

    function logFailure(address domain, bytes32 ipfsHash) external onlyRole(publisherOf(domain)) {
        emit DomainSync(domain, ipfsHash, block.timestamp, false);
    }

    /// @dev The old release once more: an array that is only appended to is its own record.
    function rollback(address domain, uint256 target) external onlyRole(healerOf(domain)) {
        _append(domain, history[domain][target].ipfsHash);
    }

    function _append(address domain, bytes32 ipfsHash) private {
        history[domain].push(Release(ipfsHash, uint64(block.timestamp), msg.sender));
        emit DomainSync(domain, ipfsHash, block.timestamp, true);
    }
}
