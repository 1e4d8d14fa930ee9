import type { ContractTransactionReceipt, ContractTransactionResponse } from 'ethers'
import { getBytes } from 'ethers'
import hre from 'hardhat'
import {
  attest,
  deployRegistry,
  FAR,
  publish,
  type RegistryFixture,
  register,
  registrationOf,
  rootOf,
  sendRegistration,
  seqOf,
  signSync,
} from '../test/contracts/support/registry-fixture.ts'
import { type Measurement, report } from './report.ts'

/** Domains in the batch. */
const BATCH = 100
/** Domains under one anchored root. */
const FEED = 65_536

/** What one storage word costs at least: one that was never read, set for the first time or again (EIP-2200, EIP-2929). */
const NEW_WORD = 22_100
const USED_WORD = 5_000

/** Storage words that the call cannot do without. */
interface Words {
  readonly fresh?: number
  readonly used?: number
}

await hre.tasks.getTask('build').run({ quiet: true, noTests: true })
const { ethers } = await hre.network.create()
const fixture = await deployRegistry(ethers)
const { as } = fixture

/** The chain's own price of a transaction: being one, its calldata, its logs, its storage words. No code can be cheaper. */
async function floorOf(receipt: ContractTransactionReceipt, { fresh = 0, used = 0 }: Words): Promise<number> {
  const { data } = (await receipt.getTransaction())!
  const calldata = getBytes(data).reduce((sum, byte) => sum + (byte === 0 ? 4 : 16), 0)
  const logs = receipt.logs.reduce((sum, log) => sum + 375 + 375 * log.topics.length + 8 * getBytes(log.data).length, 0)
  return 21_000 + calldata + logs + fresh * NEW_WORD + used * USED_WORD
}

async function measured(
  what: string,
  sent: Promise<ContractTransactionResponse>,
  { atMost, words, share = 1 }: { atMost: number; words: Words; share?: number },
): Promise<Measurement> {
  const receipt = (await (await sent).wait())!
  return {
    what,
    value: Number(receipt.gasUsed) / share,
    unit: 'gas',
    reference: 'floor',
    referenceValue: (await floorOf(receipt, words)) / share,
    goal: { of: 'value', atMost },
  }
}

async function signedSync(domain: string): Promise<ContractTransactionResponse> {
  const message = { domain, ipfsHash: rootOf(fixture, 99), expectedSeq: await seqOf(fixture, domain), deadline: FAR }
  const signature = await signSync(fixture, message, fixture.actors.publisher)
  const { ipfsHash, expectedSeq, deadline } = message
  return as('stranger').syncWithSignature(domain, ipfsHash, expectedSeq, deadline, signature)
}

async function batchOf(count: number): Promise<Parameters<RegistryFixture['registry']['syncBatch']>[0]> {
  const items = []
  for (let i = 0; i < count; i++) {
    const domain = await register(fixture, { name: `domain-${i}.example` })
    items.push({ domain, expectedSeq: 0, ipfsHash: rootOf(fixture, 1) })
  }
  // a full ring, so that the measured batch is a steady one
  for (let expectedSeq = 0; expectedSeq < 8; expectedSeq++) {
    await as('publisher').syncBatch(items.map((item) => ({ ...item, expectedSeq })))
  }
  return items.map((item) => ({ ...item, expectedSeq: 8, ipfsHash: rootOf(fixture, 2) }))
}

const figures: Measurement[] = []
const registration = registrationOf(fixture, { name: 'bbbhhai.com' })
const attestation = await attest(fixture, registration)
// the first: hot, healer and node words, four of the trust
const registered = sendRegistration(fixture, registration, [attestation])
figures.push(await measured('register', registered, { atMost: 220_000, words: { fresh: 7 } }))
const { domain } = await fixture.registry.domainId(registration.name)

figures.push(
  await measured('first sync', as('publisher').sync(domain, rootOf(fixture, 1), 0), {
    atMost: 52_700,
    words: { fresh: 1, used: 1 },
  }),
)
await publish(fixture, domain, 7)
const steady = { fresh: 0, used: 2 }
figures.push(
  await measured('sync, steady', as('publisher').sync(domain, rootOf(fixture, 9), 8), {
    atMost: 35_700,
    words: steady,
  }),
  await measured('sync with signature', signedSync(domain), { atMost: 45_000, words: steady }),
  await measured('failed attempt, publisher', as('publisher').logFailure(domain, rootOf(fixture, 10)), {
    atMost: 27_000,
    words: {},
  }),
  await measured('failed attempt, healer', as('healer').logHealthFailure(domain, rootOf(fixture, 9)), {
    atMost: 27_000,
    words: {},
  }),
  await measured('keep, first', as('healer').keep(domain, 9, 10), { atMost: 61_000, words: { fresh: 1, used: 2 } }),
  await measured('keep, again', as('healer').keep(domain, 10, 11), { atMost: 44_000, words: { used: 3 } }),
)
await publish(fixture, domain, 8)
const back = async () => ({ live: (await fixture.registry.head(domain)).live, seq: await seqOf(fixture, domain) })
const { live, seq } = await back()
figures.push(
  await measured('rollback, healer', as('healer').rollback(domain, live - 1n, seq), {
    atMost: 40_000,
    words: { used: 1 },
  }),
  await measured('rollback, owner', as('owner').rollback(domain, live - 2n, seq + 1n), {
    atMost: 40_000,
    words: { used: 1 },
  }),
  await measured('rollback to the kept release', as('healer').rollback(domain, 10, seq + 2n), {
    atMost: 40_000,
    words: { used: 1 },
  }),
)

const items = await batchOf(BATCH)
figures.push(
  await measured(`batch of ${BATCH}, one item`, as('publisher').syncBatch(items), {
    atMost: 14_100,
    words: { used: 2 * BATCH },
    share: BATCH,
  }),
)

const feed = await register(fixture, { name: 'feed.example' })
await as('publisher').anchor(feed, rootOf(fixture, 1), rootOf(fixture, 2), 0)
const anchored = await as('publisher').anchor(feed, rootOf(fixture, 3), rootOf(fixture, 4), 1)
figures.push(
  await measured('anchor a feed root', Promise.resolve(anchored), { atMost: 36_500, words: steady }),
  await measured(`anchor, one of ${FEED} domains`, Promise.resolve(anchored), {
    atMost: 1,
    words: steady,
    share: FEED,
  }),
)

report('gas', figures)
