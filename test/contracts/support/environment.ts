import { network } from 'hardhat'
import { deployRegistry, publish, register } from './registry-fixture.ts'

const connection = await network.create()

/** The in-process chain that all contract tests of one run share; every fixture starts from a snapshot of it. */
export const { ethers, networkHelpers } = connection

async function empty() {
  return deployRegistry(ethers)
}

async function registered() {
  const fixture = await empty()
  return { ...fixture, domain: await register(fixture) }
}

async function withThreeReleases() {
  const fixture = await registered()
  await publish(fixture, fixture.domain, 3)
  return fixture
}

async function withFullRing() {
  const fixture = await registered()
  await publish(fixture, fixture.domain, 10)
  return fixture
}

/** A registry without a domain. */
export const loadEmpty = () => networkHelpers.loadFixture(empty)
/** A registry with one domain, nothing published. */
export const loadRegistered = () => networkHelpers.loadFixture(registered)
/** … with releases 1 to 3. */
export const loadThreeReleases = () => networkHelpers.loadFixture(withThreeReleases)
/** … with releases 1 to 10: 3 to 10 are in the ring. */
export const loadFullRing = () => networkHelpers.loadFixture(withFullRing)
