import type { HardhatEthers, HardhatEthersSigner } from '@nomicfoundation/hardhat-ethers/types'
import { type Registration, registrationTypedData } from '../../../packages/bindings/src/registration-typed-data.ts'
import type { SignedTrust } from '../../../packages/bindings/src/typed-data.ts'

export const DAY_S = 24 * 60 * 60
/** A deadline that no test reaches. */
export const FAR = 2n ** 40n
export const LANE = { publishing: 1, healing: 2, feed: 4 } as const

export type RegistryFixture = Awaited<ReturnType<typeof deployRegistry>>

/** A fresh registry with one registrar, and an account for each role. */
export async function deployRegistry(ethers: HardhatEthers) {
  const signers = await ethers.getSigners()
  const names = ['timelock', 'registrar', 'owner', 'guardian', 'signer', 'publisher', 'healer', 'stranger'] as const
  const accounts = Object.fromEntries(names.map((name, index) => [name, signers[index]!])) as Record<
    (typeof names)[number],
    HardhatEthersSigner
  >
  const { timelock, registrar } = accounts
  const registry = await ethers.deployContract('DomainSyncRegistry', [timelock.address, [registrar.address], 1])
  const { chainId } = await ethers.provider.getNetwork()
  const location = { chainId, registry: await registry.getAddress() }
  return { ethers, registry, accounts, location }
}

/** The trust that the accounts of their names make up. */
export function trustOf({ accounts, ethers }: Pick<RegistryFixture, 'accounts' | 'ethers'>): SignedTrust {
  const { owner, guardian, signer } = accounts
  return {
    owner: owner.address,
    guardian: guardian.address,
    signer: signer.address,
    pqKeyHash: ethers.sha256(ethers.toUtf8Bytes('an ML-DSA-87 key')),
  }
}

/** A registration of a name with the accounts of their names, changed as given. */
export function registrationOf(fixture: RegistryFixture, changes: Partial<Registration> = {}): Registration {
  const { publisher, healer } = fixture.accounts
  return {
    name: 'example.com',
    trust: trustOf(fixture),
    publisher: publisher.address,
    healer: healer.address,
    deadline: FAR,
    ...changes,
  }
}

/** A registrar's signature of a registration. */
export function attest(
  { accounts, location }: RegistryFixture,
  registration: Registration,
  by: HardhatEthersSigner = accounts.registrar,
): Promise<string> {
  const { domain, types, message } = registrationTypedData({ ...location, ...registration })
  return by.signTypedData(domain, types, message)
}

/** The arguments of `register`. */
export function registerArguments(registration: Registration, attestations: readonly string[]): unknown[] {
  const { name, trust, publisher, healer, deadline } = registration
  return [name, { ...trust, fromRelease: 0 }, publisher, healer, deadline, attestations]
}

/** Registers a name, attested by the registrar; gives its domain id. */
export async function register(fixture: RegistryFixture, changes: Partial<Registration> = {}) {
  const registration = registrationOf(fixture, changes)
  const attestation = await attest(fixture, registration)
  const sent = await fixture.registry.register!(...registerArguments(registration, [attestation]))
  const [domain] = (await fixture.registry.domainId!(registration.name)) as [string, string]
  return { domain, sent }
}

/** The digest of release `number` in tests. */
export function rootOf({ ethers }: Pick<RegistryFixture, 'ethers'>, number: number): string {
  return ethers.sha256(ethers.toUtf8Bytes(`release ${number}`))
}

/** Publishes the next `count` releases as the publisher. */
export async function publish(fixture: RegistryFixture, domain: string, count = 1): Promise<void> {
  const publisher = fixture.registry.connect(fixture.accounts.publisher) as typeof fixture.registry
  for (let i = 0; i < count; i++) {
    const { latest, seq } = await fixture.registry.head!(domain)
    await publisher.sync!(domain, rootOf(fixture, Number(latest) + 1), seq)
  }
}
