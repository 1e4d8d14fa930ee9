import { AbiCoder, id, keccak256, TypedDataEncoder, toUtf8Bytes } from 'ethers'
import { describe, expect, it } from 'vitest'
import {
  DomainSyncRegistry__factory,
  IDomainSyncRegistry__factory,
  reclaimTypedData,
  registrationTypedData,
  registryAbi,
  registryAddresses,
  syncTypedData,
} from './index.ts'

const LOCATION = { chainId: 31337, registry: '0x00000000000000000000000000000000000000c1' }
const [A, B, C] = [1, 2, 3].map((digit) => `0x${`${digit}`.repeat(40)}`) as [string, string, string]
const KEY = id('a key')
const TRUST = { owner: A, guardian: B, signer: C, pqKeyHash: KEY }
const TRUST_TYPE = 'Trust(address owner,address guardian,address signer,bytes32 pqKeyHash)'
const trustHash = () => hash(['bytes32', 'address', 'address', 'address', 'bytes32'], [id(TRUST_TYPE), A, B, C, KEY])
const hash = (types: string[], values: unknown[]) => keccak256(AbiCoder.defaultAbiCoder().encode(types, values))

describe('the ABI', () => {
  it('is the registry’s, with the one event that readers outside know', () => {
    const event = registryAbi.find((entry) => entry.type === 'event' && entry.name === 'DomainSync')
    expect(event!.inputs.map(({ name, type }) => `${type} ${name}`)).toEqual([
      'address domain',
      'bytes32 ipfsHash',
      'uint256 timestamp',
      'bool success',
    ])
    expect(DomainSyncRegistry__factory.createInterface().getEvent('DomainSync').topicHash).toBe(
      id('DomainSync(address,bytes32,uint256,bool)'),
    )
  })

  it('holds everything of the interface', () => {
    const names = new Set(registryAbi.map((entry) => ('name' in entry ? entry.name : entry.type)))
    IDomainSyncRegistry__factory.createInterface().forEachFunction(({ name }) => {
      expect(names).toContain(name)
    })
  })
})

describe('deployed addresses', () => {
  it('are lower-case, by chain id, and of no local chain', () => {
    for (const [chainId, address] of Object.entries(registryAddresses)) {
      expect(Number(chainId)).not.toBe(31337)
      expect(address).toMatch(/^0x[0-9a-f]{40}$/)
    }
  })
})

describe('typed data', () => {
  it('of a registration hashes as EIP-712 says', () => {
    const data = registrationTypedData({
      ...LOCATION,
      name: 'a.b',
      trust: TRUST,
      publisher: B,
      healer: C,
      deadline: 9n,
    })
    const type = `Registration(string name,Trust trust,address publisher,address healer,uint256 deadline)${TRUST_TYPE}`
    expect(TypedDataEncoder.from(data.types).primaryType).toBe('Registration')
    expect(TypedDataEncoder.hashStruct('Registration', data.types, data.message)).toBe(
      hash(
        ['bytes32', 'bytes32', 'bytes32', 'address', 'address', 'uint256'],
        [id(type), keccak256(toUtf8Bytes('a.b')), trustHash(), B, C, 9],
      ),
    )
    expect(data.domain).toEqual({
      name: 'DomainSync',
      version: '1',
      chainId: 31337,
      verifyingContract: LOCATION.registry,
    })
  })

  it('of a reclaim hashes as EIP-712 says', () => {
    const data = reclaimTypedData({ ...LOCATION, name: 'a.b', next: TRUST, nonce: 2, deadline: 9 })
    const type = `Reclaim(string name,Trust next,uint32 nonce,uint256 deadline)${TRUST_TYPE}`
    expect(TypedDataEncoder.hashStruct('Reclaim', data.types, data.message)).toBe(
      hash(
        ['bytes32', 'bytes32', 'bytes32', 'uint32', 'uint256'],
        [id(type), keccak256(toUtf8Bytes('a.b')), trustHash(), 2, 9],
      ),
    )
  })

  it('of a sync hashes as EIP-712 says', () => {
    const data = syncTypedData({ ...LOCATION, domain: A, ipfsHash: KEY, expectedSeq: 7, deadline: 9 })
    const type = 'Sync(address domain,bytes32 ipfsHash,uint32 expectedSeq,uint256 deadline)'
    expect(TypedDataEncoder.hashStruct('Sync', data.types, data.message)).toBe(
      hash(['bytes32', 'address', 'bytes32', 'uint32', 'uint256'], [id(type), A, KEY, 7, 9]),
    )
  })

  it('drops what is not signed, so that a trust read from the chain can be signed as it is', () => {
    const read = { ...TRUST, fromRelease: 4n }
    const { message } = registrationTypedData({
      ...LOCATION,
      name: 'a',
      trust: read,
      publisher: B,
      healer: C,
      deadline: 1,
    })
    expect(message.trust).toEqual(TRUST)
  })

  it('shares nothing that a signer could write to', () => {
    const make = () =>
      registrationTypedData({ ...LOCATION, name: 'a', trust: TRUST, publisher: B, healer: C, deadline: 1 })
    make().types.Trust!.pop()
    expect(make().types.Trust).toHaveLength(4)
  })
})
