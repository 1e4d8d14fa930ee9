import { createRequire } from 'node:module'
import type { HardhatEthers } from '@nomicfoundation/hardhat-ethers/types'
import {
  AbiCoder,
  type BaseContract,
  ContractFactory,
  type ContractTransactionResponse,
  type InterfaceAbi,
  id,
  keccak256,
  ZeroAddress,
  ZeroHash,
} from 'ethers'
import { type Row, rowOf } from './row.ts'

const require = createRequire(import.meta.url)
const EAS = '@ethereum-attestation-service/eas-contracts/artifacts/contracts'

/** How each peer came here, for people. */
export const PEERS = [
  "Bytecode as published: EAS 1.4 (eas-contracts 1.9.0) and ENS's OwnedResolver (@ensdomains/resolver 0.3.1, unoptimised, asks no ENS registry).",
  "@ensdomains/ens-contracts, with today's PublicResolver, could not be installed where this was written and is not measured.",
] as const

/** What one would pay elsewhere to put the same digest on chain. */
export async function peerRows(ethers: HardhatEthers): Promise<Row[]> {
  return [...(await easRows(ethers)), ...(await ensRows(ethers))]
}

async function easRows(ethers: HardhatEthers): Promise<Row[]> {
  const registry = await deploy(ethers, `${EAS}/SchemaRegistry.sol/SchemaRegistry.json`)
  const eas = await deploy(ethers, `${EAS}/EAS.sol/EAS.json`, await registry.getAddress())
  const registered = await send(registry, 'register', 'bytes32 ipfsHash', ZeroAddress, true)
  await registered.wait()
  const schema = (await registered.wait())!.logs[0]!.topics[1]!
  const request = (data: string) => ({
    recipient: `0x${id('bbbhhai.com').slice(26)}`,
    expirationTime: 0,
    revocable: true,
    refUID: ZeroHash,
    data: AbiCoder.defaultAbiCoder().encode(['bytes32'], [id(data)]),
    value: 0,
  })
  await (await send(eas, 'attest', { schema, data: request('release 0') })).wait()
  const hundred = Array.from({ length: 100 }, (_, i) => request(`item ${i}`))
  return [
    await rowOf('EAS attest', send(eas, 'attest', { schema, data: request('release 1') })),
    await rowOf('EAS timestamp', send(eas, 'timestamp', id('release 2'))),
    await rowOf('EAS multiAttest of 100, one item', send(eas, 'multiAttest', [{ schema, data: hundred }]), {
      share: 100,
    }),
  ]
}

async function ensRows(ethers: HardhatEthers): Promise<Row[]> {
  const resolver = await deploy(ethers, '@ensdomains/resolver/build/contracts/OwnedResolver.json')
  const node = id('bbbhhai.com')
  // EIP-1577: ipfs-ns, then the CID's bytes
  const contenthash = (release: number) => `0xe3010170${'1220'}${keccak256(id(`release ${release}`)).slice(2)}`
  const text = (release: number) => `ipfs://bafybei${id(`release ${release}`).slice(2, 54)}`
  return [
    await rowOf('ENS setContenthash, first', send(resolver, 'setContenthash', node, contenthash(1))),
    await rowOf('ENS setContenthash, again', send(resolver, 'setContenthash', node, contenthash(2))),
    await rowOf('ENS setText, first', send(resolver, 'setText', node, 'dnslink', text(1))),
    await rowOf('ENS setText, again', send(resolver, 'setText', node, 'dnslink', text(2))),
  ]
}

async function deploy(ethers: HardhatEthers, artifact: string, ...args: unknown[]): Promise<BaseContract> {
  const { abi, bytecode } = require(artifact) as { abi: InterfaceAbi; bytecode: string }
  const [deployer] = await ethers.getSigners()
  return (await new ContractFactory(abi, bytecode, deployer).deploy(...args)).waitForDeployment()
}

function send(contract: BaseContract, name: string, ...args: unknown[]): Promise<ContractTransactionResponse> {
  return contract.getFunction(name)(...args) as Promise<ContractTransactionResponse>
}
