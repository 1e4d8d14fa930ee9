import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { dataLength, FunctionFragment, id } from 'ethers'
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
})
