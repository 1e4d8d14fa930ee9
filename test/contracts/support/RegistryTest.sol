// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDomainSyncRegistry} from "../../../contracts/interfaces/IDomainSyncRegistry.sol";
import {signTyped} from "./TypedData.sol";
import {vm} from "./Vm.sol";

/// @notice A registry with one registrar and one domain, and an account for each role.
abstract contract RegistryTest {
    uint256 internal constant REGISTRAR_KEY = 0xa11ce;
    uint256 internal constant PUBLISHER_KEY = 0xb0b;

    address internal immutable registrar = vm.addr(REGISTRAR_KEY);
    address internal immutable publisher = vm.addr(PUBLISHER_KEY);
    address internal constant owner = address(0x1001);
    address internal constant guardian = address(0x1002);
    address internal constant signer = address(0x1003);
    address internal constant healer = address(0x1004);
    address internal constant timelock = address(0x1005);
    address internal constant stranger = address(0x1006);

    IDomainSyncRegistry internal registry;
    address internal domain;

    function setUp() public virtual {
        address[] memory registrars = new address[](1);
        registrars[0] = registrar;
        registry = IDomainSyncRegistry(deployed(abi.encode(timelock, registrars, uint256(1))));
        domain = register("example.com");
    }

    /// @dev By its artifact: a `new` would compile the registry once more with every test.
    function deployed(bytes memory constructorArguments) private returns (address created) {
        bytes memory code = vm.getCode("DomainSyncRegistry.sol:DomainSyncRegistry");
        code = bytes.concat(code, constructorArguments);
        assembly {
            created := create(0, add(code, 32), mload(code))
        }
        assertTrue(created != address(0), "the registry is deployed");
    }

    function trust() internal pure returns (IDomainSyncRegistry.Trust memory) {
        return IDomainSyncRegistry.Trust(owner, guardian, signer, 0, keccak256("an ML-DSA-87 key"));
    }

    function register(string memory name) internal returns (address) {
        bytes[] memory attestations = new bytes[](1);
        attestations[0] = attest(name);
        return registry.register(name, trust(), publisher, healer, type(uint256).max, attestations);
    }

    function attest(string memory name) internal view returns (bytes memory) {
        IDomainSyncRegistry.Trust memory t = trust();
        bytes32 trustType = keccak256("Trust(address owner,address guardian,address signer,bytes32 pqKeyHash)");
        bytes32 registrationType = keccak256(
            "Registration(string name,Trust trust,address publisher,address healer,uint256 deadline)Trust(address owner,address guardian,address signer,bytes32 pqKeyHash)"
        );
        bytes32 trustHash = keccak256(abi.encode(trustType, t.owner, t.guardian, t.signer, t.pqKeyHash));
        return sign(
            REGISTRAR_KEY,
            keccak256(
                abi.encode(registrationType, keccak256(bytes(name)), trustHash, publisher, healer, type(uint256).max)
            )
        );
    }

    function sign(uint256 key, bytes32 structHash) internal view returns (bytes memory) {
        return signTyped(address(registry), key, structHash);
    }

    function rootOf(uint256 release) internal pure returns (bytes32) {
        return keccak256(abi.encode("release", release));
    }

    function seq() internal view returns (uint32) {
        return registry.head(domain).seq;
    }

    function publish(uint256 count) internal {
        for (uint256 i = 0; i < count; ++i) {
            IDomainSyncRegistry.Head memory head = registry.head(domain);
            vm.prank(publisher);
            registry.sync(domain, rootOf(head.latest + 1), head.seq);
        }
    }

    function rollback(uint32 target) internal {
        uint32 expectedSeq = seq();
        vm.prank(healer);
        registry.rollback(domain, target, expectedSeq);
    }

    function keep(uint32 release) internal {
        uint32 expectedSeq = seq();
        vm.prank(healer);
        registry.keep(domain, release, expectedSeq);
    }

    function assertTrue(bool condition, string memory sentence) internal pure {
        require(condition, sentence);
    }

    /// @dev Any number as one in `[low, high]`.
    function bound(uint256 number, uint256 low, uint256 high) internal pure returns (uint256) {
        return low + number % (high - low + 1);
    }
}
