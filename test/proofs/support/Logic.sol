// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

// Logic without jumps. `&&`, `||` and `?:` are jumps, and every jump on a symbol doubles the paths of a proof.

function both(bool a, bool b) pure returns (bool c) {
    assembly {
        c := and(a, b)
    }
}

function either(bool a, bool b) pure returns (bool c) {
    assembly {
        c := or(a, b)
    }
}

function implies(bool a, bool b) pure returns (bool c) {
    assembly {
        c := or(iszero(a), b)
    }
}

function choose(bool condition, uint256 yes, uint256 no) pure returns (uint256 c) {
    assembly {
        let mask := sub(0, condition)
        c := or(and(yes, mask), and(no, not(mask)))
    }
}
