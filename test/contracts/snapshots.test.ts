import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { dataLength, FunctionFragment, getBytes, id } from 'ethers'
import { artifacts } from 'hardhat'
import { loadEmpty } from './support/environment.ts'

const FOLDER = join(import.meta.dirname, '..', '..', 'snapshots')
const CONTRACT = 'contracts/DomainSyncRegistry.sol'

/** A part of solc's storage layout. */
interface StorageLayout {
  readonly storage: readonly { label: string; slot: string; offset: number; type: string }[]
  readonly types: Record<string, { label: string; numberOfBytes: string; members?: StorageLayout['storage'] }>
}

/** Compares with the committed file, or writes it anew when `UPDATE_SNAPSHOTS` is set. */
async function expectSnapshot(name: string, lines: readonly string[]): Promise<void> {
  const file = join(FOLDER, name)
  const text = `${lines.join('\n')}\n`
  if (process.env.UPDATE_SNAPSHOTS) await writeFile(file, text)
  expect(text.split('\n'), `${name}; after a change that is meant: UPDATE_SNAPSHOTS=1`).to.deep.equal(
    (await readFile(file, 'utf8')).split('\n'),
  )
}

async function readStorageLayout(): Promise<StorageLayout> {
  const buildId = (await artifacts.getBuildInfoId('DomainSyncRegistry'))!
  const path = (await artifacts.getBuildInfoOutputPath(buildId))!
  const { output } = JSON.parse(await readFile(path, 'utf8'))
  const [source] = Object.keys(output.contracts).filter((one) => one.endsWith(CONTRACT))
  return output.contracts[source!].DomainSyncRegistry.storageLayout
}

/** Of Cancun (EIP-5656), and of Osaka (EIP-7939). Prague has none of its own. */
const [MCOPY, CLZ] = [0x5e, 0x1e]
const [PUSH1, PUSH32] = [0x60, 0x7f]

/** The opcodes before the metadata, whose length the last two bytes tell, without what they push. */
function instructionsOf(code: Uint8Array): Set<number> {
  const end = code.length - 2 - ((code.at(-2)! << 8) | code.at(-1)!)
  const used = new Set<number>()
  for (let at = 0; at < end; at++) {
    const opcode = code[at]!
    used.add(opcode)
    if (opcode >= PUSH1 && opcode <= PUSH32) at += opcode - PUSH1 + 1
  }
  return used
}

describe('what is deployed for ever', () => {
  it('lays its storage out as it was reviewed', async () => {
    const { storage, types } = await readStorageLayout()
    const line = ({ label, slot, offset, type }: StorageLayout['storage'][number]) =>
      `${slot}:${offset} ${label} ${types[type]!.label} (${types[type]!.numberOfBytes} bytes)`
    const structs = Object.values(types)
      .filter(({ members }) => members)
      .sort((a, b) => (a.label < b.label ? -1 : 1))
    await expectSnapshot('storage-layout.txt', [
      ...storage.map(line),
      ...structs.flatMap(({ label, members }) => ['', label, ...members!.map((member) => `  ${line(member)}`)]),
    ])
  })

  it('has these functions, errors and events, in the order in which calls are looked up', async () => {
    const { interface: abi } = (await loadEmpty()).registry
    const functions = abi.fragments
      .filter((fragment): fragment is FunctionFragment => FunctionFragment.isFragment(fragment))
      .map((fragment) => `${fragment.selector} ${fragment.format('minimal')}`)
    const others = abi.fragments
      .filter(({ type }) => type === 'error' || type === 'event')
      .map((fragment) => `${id(fragment.format('sighash')).slice(0, 10)} ${fragment.format('minimal')}`)
    await expectSnapshot('selectors.txt', [...functions.sort(), '', ...others.sort()])
  })
  it('has code within EIP-170', async () => {
    const code = await (await loadEmpty()).registry.getDeployedCode()
    expect(dataLength(code!)).to.be.lessThan(24_576)
  })

  it('needs no instruction newer than Cancun', async () => {
    const code = await (await loadEmpty()).registry.getDeployedCode()
    const used = instructionsOf(getBytes(code!))
    expect(used.has(MCOPY)).to.equal(true)
    expect(used.has(CLZ)).to.equal(false)
  })
})
