// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDomainSyncRegistry} from "../../../contracts/interfaces/IDomainSyncRegistry.sol";
import {FeedCalls} from "./FeedCalls.sol";
import {HealingCalls} from "./HealingCalls.sol";
import {PublisherCalls} from "./PublisherCalls.sol";
import {RegistryWorld} from "./RegistryWorld.sol";
import {TrustCalls} from "./TrustCalls.sol";

/// @notice What the fuzzer calls: the registry at random, in every role. A call that the registry refuses reverts here too, so that
/// the fuzzer counts it as refused.
contract RegistryHandler is TrustCalls, HealingCalls, FeedCalls {
    constructor(IDomainSyncRegistry registry, address[3] memory registered, uint256 registrarKey, uint256[3] memory keys)
        RegistryWorld(registry, registered)
        PublisherCalls(keys)
        TrustCalls(registrarKey)
    {}
}
