import type { HardhatEthers, HardhatEthersSigner } from '@nomicfoundation/hardhat-ethers/types'
import type { Result } from 'ethers'
import type { DomainSyncRegistry } from '../../../packages/bindings/src/generated/index.ts'
import { reclaimTypedData } from '../../../packages/bindings/src/reclaim-typed-data.ts'
import { type Registration, registrationTypedData } from '../../../packages/bindings/src/registration-typed-data.ts'
import { type SignedSync, syncTypedData } from '../../../packages/bindings/src/sync-typed-data.ts'
import type { SignedTrust } from '../../../packages/bindings/src/typed-data.ts'

/** A deadline that no test reaches, in seconds since 1970. */
export const FAR = 2n ** 40n
export const LANE = { publishing: 1n, healing: 2n, feed: 4n } as const
/** The name that fixtures register first. */
export const NAME = 'example.com'

export const ACTORS = [
  'timelock',
  'registrar',
  'owner',
  'guardian',
  'signer',
  'publisher',
  'healer',
  'stranger',
  'next',
] as const
export type Actor = (typeof ACTORS)[number]

export interface RegistryFixture {
  readonly ethers: HardhatEthers
  readonly registry: DomainSyncRegistry
  readonly actors: Record<Actor, HardhatEthersSigner>
  readonly location: { chainId: bigint; registry: string }
  /** The registry as one of the actors sees it. */
  as(actor: Actor): DomainSyncRegistry
}

/** A fresh registry with one registrar, and an account for each role. */
export async function deployRegistry(ethers: HardhatEthers): Promise<RegistryFixture> {
  const signers = await ethers.getSigners()
  const entries = ACTORS.map((actor, index) => [actor, signers[index]!])
  const actors: RegistryFixture['actors'] = Object.fromEntries(entries)
  const constructorArguments = [actors.timelock.address, [actors.registrar.address], 1]
  const contract = await ethers.deployContract('DomainSyncRegistry', constructorArguments)
  const registry = contract as unknown as DomainSyncRegistry
  const { chainId } = await ethers.provider.getNetwork()
  const location = { chainId, registry: await registry.getAddress() }
  return { ethers, registry, actors, location, as: (actor) => registry.connect(actors[actor]) }
}

/** The trust that the actors of their names make up. */
export function trustOf({ actors, ethers }: RegistryFixture, changes: Partial<SignedTrust> = {}): SignedTrust {
  const { owner, guardian, signer } = actors
  return {
    owner: owner.address,
    guardian: guardian.address,
    signer: signer.address,
    pqKeyHash: ethers.sha256(ethers.toUtf8Bytes('an ML-DSA-87 key')),
    ...changes,
  }
}

/** A trust as the contract takes it: `fromRelease` is ignored, so it is nonsense here. */
export function trustArgument(trust: SignedTrust) {
  return { ...trust, fromRelease: 4_000_000_000 }
}

/** A registration of a name with the actors of their names, changed as given. */
export function registrationOf(fixture: RegistryFixture, changes: Partial<Registration> = {}): Registration {
  const { publisher, healer } = fixture.actors
  return {
    name: NAME,
    trust: trustOf(fixture),
    publisher: publisher.address,
    healer: healer.address,
    deadline: FAR,
    ...changes,
  }
}

/** A registrar's signature of a registration. */
export function attest(
  { actors, location }: RegistryFixture,
  registration: Registration,
  by: HardhatEthersSigner = actors.registrar,
): Promise<string> {
  const { domain, types, message } = registrationTypedData({ ...location, ...registration })
  return by.signTypedData(domain, types, message)
}

/** Sends a registration with the given attestations; from the stranger, since anybody may. */
export function sendRegistration(fixture: RegistryFixture, registration: Registration, attestations: string[]) {
  const { name, trust, publisher, healer, deadline } = registration
  return fixture.as('stranger').register(name, trustArgument(trust), publisher, healer, deadline, attestations)
}

/** Registers a name, attested by the registrar; gives its domain id. */
export async function register(fixture: RegistryFixture, changes: Partial<Registration> = {}): Promise<string> {
  const registration = registrationOf(fixture, changes)
  await sendRegistration(fixture, registration, [await attest(fixture, registration)])
  const { domain } = await fixture.registry.domainId(registration.name)
  return domain
}

/** A registrar's signature of a reclaim. */
export function attestReclaim(
  { actors, location }: RegistryFixture,
  next: SignedTrust,
  nonce: number,
): Promise<string> {
  const data = reclaimTypedData({ ...location, name: NAME, next, nonce, deadline: FAR })
  return actors.registrar.signTypedData(data.domain, data.types, data.message)
}

/** A publisher's signature of a sync. */
export function signSync({ location }: RegistryFixture, sync: SignedSync, by: HardhatEthersSigner): Promise<string> {
  const { domain, types, message } = syncTypedData({ ...location, ...sync })
  return by.signTypedData(domain, types, message)
}

/** The digest of release `number` in tests. */
export function rootOf({ ethers }: Pick<RegistryFixture, 'ethers'>, number: number | bigint): string {
  return ethers.sha256(ethers.toUtf8Bytes(`release ${number}`))
}

/** The fence of a domain now. */
export async function seqOf({ registry }: RegistryFixture, domain: string): Promise<bigint> {
  return (await registry.head(domain)).seq
}

/** Publishes the next `count` releases as the publisher. */
export async function publish(fixture: RegistryFixture, domain: string, count = 1): Promise<void> {
  for (let i = 0; i < count; i++) {
    const { latest, seq } = await fixture.registry.head(domain)
    await fixture.as('publisher').sync(domain, rootOf(fixture, latest + 1n), seq)
  }
}

/** Rolls back as the healer, at the seq of now. */
export async function rollBack(fixture: RegistryFixture, domain: string, target: number | bigint): Promise<void> {
  await fixture.as('healer').rollback(domain, target, await seqOf(fixture, domain))
}

/** Keeps a release as the healer, at the seq of now. */
export async function keep(fixture: RegistryFixture, domain: string, release: number | bigint): Promise<void> {
  await fixture.as('healer').keep(domain, release, await seqOf(fixture, domain))
}

/** What a view returned, by name: TypeChain's types leave that method of ethers out. */
export function fieldsOf(result: object): Record<string, unknown> {
  return (result as Result).toObject()
}
