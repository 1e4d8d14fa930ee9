import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  Contract,
  ContractFactory,
  type ContractTransactionReceipt,
  JsonRpcProvider,
  NonceManager,
  sha256,
  toUtf8Bytes,
  Wallet,
} from 'ethers'
import type { ChainNode } from './chain-node.ts'
import { TEST_KEYS } from './chain-node.ts'
import { mined } from './mined.ts'

const ARTIFACT = join(import.meta.dirname, '../../artifacts/contracts/DomainSyncRegistry.sol/DomainSyncRegistry.json')

/** Who holds which of the funded keys. */
export const ROLE_KEYS = {
  registrar: TEST_KEYS[0],
  owner: TEST_KEYS[1],
  guardian: TEST_KEYS[2],
  publisher: TEST_KEYS[3],
  healer: TEST_KEYS[4],
  signer: TEST_KEYS[5],
} as const
export type Role = keyof typeof ROLE_KEYS

/** The address of a role, lower-case. */
export function roleAddress(role: Role): `0x${string}` {
  return new Wallet(ROLE_KEYS[role]).address.toLowerCase() as `0x${string}`
}

export interface TestTrust {
  readonly owner: string
  readonly guardian: string
  readonly signer: string
  /** Ignored by the contract. */
  readonly fromRelease: number
  readonly pqKeyHash: string
}

export interface TestRegistry {
  readonly address: `0x${string}`
  /** The block that the contract was deployed in. */
  readonly deployedAt: number
  /** Binds a name to the roles above; returns the domain's id. */
  register(name: string, trust?: { pqKeyHash?: string }): Promise<`0x${string}`>
  /** A transaction of the registry, mined. Reverts reject with ethers' error. */
  send(role: Role, method: string, ...args: readonly unknown[]): Promise<ContractTransactionReceipt>
  /** The publisher's sync with the domain's own current seq. */
  sync(id: string, ipfsHash: string): Promise<ContractTransactionReceipt>
  /** The healer's rollback with the domain's own current seq. */
  rollback(id: string, target: number): Promise<ContractTransactionReceipt>
  seq(id: string): Promise<number>
  /** Starts a reclaim of a name, attested by the registrar. */
  startReclaim(name: string, next: TestTrust): Promise<ContractTransactionReceipt>
  /** To be called when the chain went back: the accounts' nonces did too. */
  wentBack(): void
  /** Ends the connection to the node. */
  close(): void
}

/** Deploys the real contract on a running node: one registrar, quorum 1, who is also the admin in place of the timelock. */
export async function deployRegistry(node: Pick<ChainNode, 'url' | 'chainId'>): Promise<TestRegistry> {
  const { abi, bytecode } = JSON.parse(readFileSync(ARTIFACT, 'utf8'))
  // No cache and fast polling: a node that mines at once is asked at once.
  const provider = new JsonRpcProvider(node.url, node.chainId, {
    staticNetwork: true,
    cacheTimeout: -1,
    batchMaxCount: 1,
    pollingInterval: 20,
  })
  const signers = Object.fromEntries(
    Object.entries(ROLE_KEYS).map(([role, key]) => [role, new NonceManager(new Wallet(key, provider))]),
  ) as Record<Role, NonceManager>
  const registrar = new Wallet(ROLE_KEYS.registrar)
  const deployed = await new ContractFactory(abi, bytecode, signers.registrar).deploy(
    registrar.address,
    [registrar.address],
    1,
  )
  const deployment = await mined(deployed.deploymentTransaction()!)
  const address = (await deployed.getAddress()).toLowerCase() as `0x${string}`
  const contract = new Contract(address, abi, provider)

  const send: TestRegistry['send'] = async (role, method, ...args) => {
    const connected = contract.connect(signers[role]) as Contract
    try {
      return await mined(await connected.getFunction(method).send(...args))
    } catch (error) {
      // A refused estimate consumed no nonce.
      signers[role].reset()
      throw error
    }
  }
  const eip712Domain = { name: 'DomainSync', version: '1', chainId: node.chainId, verifyingContract: address }
  const seq = async (id: string) => Number((await contract.getFunction('head').staticCall(id)).seq)

  return {
    address,
    deployedAt: deployment.blockNumber,
    send,
    seq,
    async register(name, { pqKeyHash = sha256(toUtf8Bytes('pq key')) } = {}) {
      const trust = {
        owner: roleAddress('owner'),
        guardian: roleAddress('guardian'),
        signer: roleAddress('signer'),
        fromRelease: 0,
        pqKeyHash,
      }
      const [publisher, healer] = [roleAddress('publisher'), roleAddress('healer')]
      const deadline = 2n ** 40n
      const attestation = await registrar.signTypedData(eip712Domain, REGISTRATION_TYPES, {
        name,
        trust,
        publisher,
        healer,
        deadline,
      })
      await send('registrar', 'register', name, trust, publisher, healer, deadline, [attestation])
      const [id] = await contract.getFunction('domainId').staticCall(name)
      return id.toLowerCase()
    },
    sync: async (id, ipfsHash) => send('publisher', 'sync', id, ipfsHash, await seq(id)),
    async startReclaim(name, next) {
      const [id] = await contract.getFunction('domainId').staticCall(name)
      const nonce = await contract.getFunction('reclaims').staticCall(id)
      const deadline = 2n ** 40n
      const attestation = await registrar.signTypedData(eip712Domain, RECLAIM_TYPES, { name, next, nonce, deadline })
      return send('registrar', 'startReclaim', name, next, deadline, [attestation])
    },
    rollback: async (id, target) => send('healer', 'rollback', id, target, await seq(id)),
    wentBack: () => {
      for (const signer of Object.values(signers)) signer.reset()
    },
    close: () => provider.destroy(),
  }
}

const TRUST_TYPE = [
  { name: 'owner', type: 'address' },
  { name: 'guardian', type: 'address' },
  { name: 'signer', type: 'address' },
  { name: 'pqKeyHash', type: 'bytes32' },
]

const REGISTRATION_TYPES = {
  Registration: [
    { name: 'name', type: 'string' },
    { name: 'trust', type: 'Trust' },
    { name: 'publisher', type: 'address' },
    { name: 'healer', type: 'address' },
    { name: 'deadline', type: 'uint256' },
  ],
  Trust: TRUST_TYPE,
}

const RECLAIM_TYPES = {
  Reclaim: [
    { name: 'name', type: 'string' },
    { name: 'next', type: 'Trust' },
    { name: 'nonce', type: 'uint32' },
    { name: 'deadline', type: 'uint256' },
  ],
  Trust: TRUST_TYPE,
}
