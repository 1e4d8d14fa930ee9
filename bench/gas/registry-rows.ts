import type { ContractTransactionResponse } from 'ethers'
import {
  attest,
  FAR,
  publish,
  type RegistryFixture,
  register,
  registrationOf,
  rootOf,
  sendRegistration,
  seqOf,
  signSync,
} from '../../test/contracts/support/registry-fixture.ts'
import { type Row, rowOf } from './row.ts'

/** Every operation of the registry with a goal, in the order in which a domain meets them. */
export async function registryRows(fixture: RegistryFixture): Promise<Row[]> {
  const { as } = fixture
  const registration = registrationOf(fixture, { name: 'bbbhhai.com' })
  const attestation = await attest(fixture, registration)
  const { domain } = await fixture.registry.domainId(registration.name)
  const steady = { words: { fresh: 0, used: 2 } }
  const rows: Row[] = []
  const row = async (...args: Parameters<typeof rowOf>) => rows.push(await rowOf(...args))

  // hot, healer and node words, four of the trust
  await row('register', sendRegistration(fixture, registration, [attestation]), {
    atMost: 220_000,
    words: { fresh: 7 },
  })
  const first = as('publisher').sync(domain, rootOf(fixture, 1), 0)
  await row('first sync', first, { atMost: 52_700, words: { fresh: 1, used: 1 } })
  await publish(fixture, domain, 7)
  await row('sync, steady', as('publisher').sync(domain, rootOf(fixture, 9), 8), { atMost: 35_700, ...steady })
  await row('sync with signature', signedSync(fixture, domain), { atMost: 45_000, ...steady })
  await row('failed attempt, publisher', as('publisher').logFailure(domain, rootOf(fixture, 10)), { atMost: 27_000 })
  await row('failed attempt, healer', as('healer').logHealthFailure(domain, rootOf(fixture, 9)), { atMost: 27_000 })
  await row('keep, first', as('healer').keep(domain, 9, 10), { atMost: 61_000, words: { fresh: 1, used: 2 } })
  await row('keep, again', as('healer').keep(domain, 10, 11), { atMost: 44_000, words: { used: 3 } })
  await publish(fixture, domain, 8)
  const { live, seq } = await fixture.registry.head(domain)
  const rollback = { atMost: 40_000, words: { used: 1 } }
  await row('rollback, healer', as('healer').rollback(domain, live - 1n, seq), rollback)
  await row('rollback, owner', as('owner').rollback(domain, live - 2n, seq + 1n), rollback)
  await row('rollback to the kept release', as('healer').rollback(domain, 10, seq + 2n), rollback)
  for (const count of [10, 100]) rows.push(await batchRow(fixture, count))
  return rows
}

async function signedSync(fixture: RegistryFixture, domain: string): Promise<ContractTransactionResponse> {
  const message = { domain, ipfsHash: rootOf(fixture, 99), expectedSeq: await seqOf(fixture, domain), deadline: FAR }
  const signature = await signSync(fixture, message, fixture.actors.publisher)
  const { ipfsHash, expectedSeq, deadline } = message
  return fixture.as('stranger').syncWithSignature(domain, ipfsHash, expectedSeq, deadline, signature)
}

async function batchRow(fixture: RegistryFixture, count: number): Promise<Row> {
  const batch = (expectedSeq: number, domains: readonly string[]) =>
    fixture
      .as('publisher')
      .syncBatch(domains.map((domain) => ({ domain, expectedSeq, ipfsHash: rootOf(fixture, expectedSeq) })))
  const domains: string[] = []
  for (let i = 0; i < count; i++) domains.push(await register(fixture, { name: `domain-${i}.batch-${count}.example` }))
  // a full ring, so that the measured batch is a steady one
  for (let seq = 0; seq < 8; seq++) await (await batch(seq, domains)).wait()
  // the price of being a transaction weighs more on ten items: the goal is that of a hundred
  const goal = count === 100 ? { atMost: 14_100 } : {}
  return rowOf(`batch of ${count}, one item`, batch(8, domains), { share: count, words: { used: 2 * count }, ...goal })
}
