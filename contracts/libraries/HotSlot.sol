// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Everything a steady `sync` has to read and write of a domain besides the digest, in one storage word:
///
/// | bits      | field                                                                           |
/// |-----------|---------------------------------------------------------------------------------|
/// | 0 – 159   | publisher                                                                       |
/// | 160 – 167 | lanes: bit 0 publishing paused, bit 1 healing paused, bit 2 lives in a feed      |
/// | 168 – 175 | stable bits of the ring by age: bit 0 is `latest`, bit 7 is `latest - 7`         |
/// | 176 – 183 | age of the live release (`latest - live`), or `AGE_KEPT`                         |
/// | 184       | stable bit of the kept release                                                  |
/// | 192 – 223 | latest                                                                          |
/// | 224 – 255 | seq                                                                             |
///
/// `seq` is on top, so that the checked addition that raises it reverts at 2^32 instead of touching another field;
/// `latest` never exceeds `seq`.
/// @dev A value type and not a struct: the struct cost 900 gas more per sync.
type HotSlot is uint256;

using {
    publisher,
    lanes,
    stableAt,
    age,
    keptStable,
    latest,
    seq,
    takes,
    raised,
    published,
    rolledBack,
    withPublisher,
    withLanes,
    withStableAt,
    withKeptStable,
    withoutStable
} for HotSlot global;

uint8 constant LANE_PUBLISHING = 1;
uint8 constant LANE_HEALING = 2;
uint8 constant LANE_FEED = 4;

/// @dev Releases that a domain holds in its ring.
uint256 constant RING = 8;
/// @dev Age of a live release that is the kept one, outside the ring.
uint256 constant AGE_KEPT = 8;

uint256 constant LANES = 160;
uint256 constant STABLE = 168;
uint256 constant AGE = 176;
uint256 constant KEPT_STABLE = 184;
uint256 constant LATEST = 192;
uint256 constant SEQ = 224;

function publisher(HotSlot self) pure returns (address) {
    return address(uint160(HotSlot.unwrap(self)));
}

function lanes(HotSlot self) pure returns (uint8) {
    return uint8(HotSlot.unwrap(self) >> LANES);
}

/// @param ringAge 0 (`latest`) to 7.
function stableAt(HotSlot self, uint256 ringAge) pure returns (bool) {
    return (HotSlot.unwrap(self) >> (STABLE + ringAge)) & 1 != 0;
}

function age(HotSlot self) pure returns (uint256) {
    return uint8(HotSlot.unwrap(self) >> AGE);
}

function keptStable(HotSlot self) pure returns (bool) {
    return (HotSlot.unwrap(self) >> KEPT_STABLE) & 1 != 0;
}

function latest(HotSlot self) pure returns (uint32) {
    return uint32(HotSlot.unwrap(self) >> LATEST);
}

function seq(HotSlot self) pure returns (uint32) {
    return uint32(HotSlot.unwrap(self) >> SEQ);
}

/// @notice Whether a release may be published at this `seq`: it is the current one and nothing pauses publishing.
/// @dev One comparison for both.
function takes(HotSlot self, uint32 expectedSeq) pure returns (bool) {
    uint256 asked = (0xffffffff << SEQ) | (uint256(LANE_PUBLISHING | LANE_FEED) << LANES);
    return HotSlot.unwrap(self) & asked == uint256(expectedSeq) << SEQ;
}

/// @notice The next `seq`; every change of a hot slot goes through here. Reverts at 2^32.
function raised(HotSlot self) pure returns (HotSlot) {
    return HotSlot.wrap(HotSlot.unwrap(self) + (1 << SEQ));
}

/// @notice Appends `latest + 1`, stable and live; the eighth-oldest stable bit falls out.
function published(HotSlot self) pure returns (HotSlot) {
    uint256 word = HotSlot.unwrap(self);
    uint256 stable = (word << 1) & (0xfe << STABLE);
    word &= ~(uint256(0xffff) << STABLE); // stable bits and age
    return HotSlot.wrap((word | stable | (1 << STABLE)) + ((1 << SEQ) | (1 << LATEST)));
}

/// @notice Makes the release of that age live (`AGE_KEPT` for the kept one) and clears the stable bit of every newer one
/// in the ring.
function rolledBack(HotSlot self, uint256 toAge) pure returns (HotSlot) {
    uint256 word = HotSlot.unwrap(self) & ~(((1 << toAge) - 1) << STABLE) & ~(uint256(0xff) << AGE);
    return HotSlot.wrap(word | (toAge << AGE)).raised();
}

function withPublisher(HotSlot self, address account) pure returns (HotSlot) {
    return HotSlot.wrap((HotSlot.unwrap(self) >> LANES << LANES) | uint160(account));
}

function withLanes(HotSlot self, uint8 value) pure returns (HotSlot) {
    return HotSlot.wrap((HotSlot.unwrap(self) & ~(uint256(0xff) << LANES)) | (uint256(value) << LANES));
}

function withStableAt(HotSlot self, uint256 ringAge, bool value) pure returns (HotSlot) {
    uint256 bit = 1 << (STABLE + ringAge);
    return HotSlot.wrap(value ? HotSlot.unwrap(self) | bit : HotSlot.unwrap(self) & ~bit);
}

function withKeptStable(HotSlot self, bool value) pure returns (HotSlot) {
    uint256 bit = 1 << KEPT_STABLE;
    return HotSlot.wrap(value ? HotSlot.unwrap(self) | bit : HotSlot.unwrap(self) & ~bit);
}

/// @notice Clears every stable bit, in the ring and of the kept release.
function withoutStable(HotSlot self) pure returns (HotSlot) {
    return HotSlot.wrap(HotSlot.unwrap(self) & ~((uint256(0xff) << STABLE) | (1 << KEPT_STABLE)));
}
