import type { HardhatEthersSigner } from '@nomicfoundation/hardhat-ethers/types'
import { ethers, loadEmpty } from './environment.ts'
import type { RegistryFixture } from './registry-fixture.ts'

export interface TwoOfThree extends RegistryFixture {
  /** In ascending order of their addresses. */
  readonly registrars: readonly [HardhatEthersSigner, HardhatEthersSigner, HardhatEthersSigner]
}

/** A registry that needs two of three registrars. */
export async function deployTwoOfThree(): Promise<TwoOfThree> {
  const fixture = await loadEmpty()
  const signers = await ethers.getSigners()
  const registrars = signers.slice(10, 13).sort((a, b) => (a.address.toLowerCase() < b.address.toLowerCase() ? -1 : 1))
  const addresses = registrars.map((registrar) => registrar.address)
  const contract = await ethers.deployContract('DomainSyncRegistry', [fixture.actors.timelock.address, addresses, 2])
  const registry = contract as unknown as RegistryFixture['registry']
  const location = { ...fixture.location, registry: await registry.getAddress() }
  const as: RegistryFixture['as'] = (actor) => registry.connect(fixture.actors[actor])
  return { ...fixture, registry, location, as, registrars: registrars as unknown as TwoOfThree['registrars'] }
}
