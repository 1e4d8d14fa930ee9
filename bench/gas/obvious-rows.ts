import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { HardhatEthers } from '@nomicfoundation/hardhat-ethers/types'
import { ContractFactory, type ContractTransactionResponse, type InterfaceAbi, keccak256, toBeHex } from 'ethers'
import { compile } from '../../scripts/prove/compile-proofs.ts'
import { type Row, rowOf } from './row.ts'

const SOURCE = 'bench/contracts/ObviousRegistry.sol'

/** What the obvious design has of the registry's operations, under the same names, compiled with the same settings. */
export async function obviousRows(ethers: HardhatEthers): Promise<Row[]> {
  const [admin, publisher, healer] = await ethers.getSigners()
  const { abi, bytecode } = compileObvious()
  const contract = await new ContractFactory(abi, bytecode, admin).deploy()
  await contract.waitForDeployment()
  const send = (from: typeof admin, name: string, ...args: unknown[]) =>
    contract.connect(from!).getFunction(name)(...args) as Promise<ContractTransactionResponse>
  const done = async (sent: Promise<ContractTransactionResponse>) => (await sent).wait()
  const register = (domain: string) => send(admin, 'register', domain, publisher!.address, healer!.address)
  const domain = idOf(0)

  const rows = [
    await rowOf('register', register(domain)),
    await rowOf('first sync', send(publisher, 'sync', domain, digestOf(0))),
  ]
  for (let release = 1; release < 8; release++) await done(send(publisher, 'sync', domain, digestOf(release)))
  rows.push(
    await rowOf('sync, steady', send(publisher, 'sync', domain, digestOf(8))),
    await rowOf('failed attempt, publisher', send(publisher, 'logFailure', domain, digestOf(9))),
    await rowOf('rollback, healer', send(healer, 'rollback', domain, 5)),
  )
  for (const count of [10, 100]) {
    const domains = Array.from({ length: count }, (_, i) => idOf(count * 1000 + i))
    for (const one of domains) await done(register(one))
    const batch = (release: number) =>
      send(
        publisher,
        'syncBatch',
        domains.map((one) => ({ domain: one, ipfsHash: digestOf(release) })),
      )
    await done(batch(0))
    rows.push(await rowOf(`batch of ${count}, one item`, batch(1), { share: count }))
  }
  return rows
}

function compileObvious(): { abi: InterfaceAbi; bytecode: string } {
  const path = join(import.meta.dirname, '..', '..', SOURCE)
  const { contracts } = compile({
    language: 'Solidity',
    sources: { [SOURCE]: { content: readFileSync(path, 'utf8') } },
    settings: {
      viaIR: true,
      optimizer: { enabled: true, runs: 200 },
      evmVersion: 'osaka',
      outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
    },
  })
  const { abi, evm } = contracts[SOURCE]!.ObviousRegistry!
  return { abi: abi as InterfaceAbi, bytecode: evm.bytecode.object }
}

/** Domain ids and digests have no zero bytes to speak of, as real ones. */
function idOf(number: number): string {
  return `0x${keccak256(toBeHex(number, 32)).slice(26)}`
}

function digestOf(number: number): string {
  return keccak256(toBeHex(number, 33))
}
