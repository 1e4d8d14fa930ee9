// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ProvenCall} from "./ProvenCall.sol";

abstract contract RollbackCall is ProvenCall {
    function check_rollback(uint32 to, uint32 seq) external {
        prove(abi.encodeCall(registry.rollback, (target(), to, seq)));
    }
}
