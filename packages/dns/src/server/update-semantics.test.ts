import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DnsAddress } from '../exchange.ts'
import { createResolver } from '../resolver.ts'
import { DOMAIN, KEY, sendUpdate } from '../testing/rfc2136-world.ts'
import { type Bind, findNamed, startBind } from '../testing/start-bind.ts'
import { TYPE } from '../wire/message.ts'
import { writeTxt } from '../wire/txt.ts'
import type { Prerequisite, Update, UpdateChange } from '../wire/update-message.ts'
import { type DnsServer, startDnsServer } from './dns-server.ts'

const NAMES = ['_dnslink.example.test', '_dnslink.www.example.test'] as const
const name = fc.constantFrom(...NAMES, 'www.example.test', 'nowhere.example.test')
const written = fc.constantFrom(...NAMES)
const text = fc.constantFrom('a', 'b', 'c').map(writeTxt)
const type = fc.constantFrom(TYPE.TXT, TYPE.A, TYPE.CNAME)
const prerequisite: fc.Arbitrary<Prerequisite> = fc.oneof(
  fc.record({ kind: fc.constantFrom('rrset-exists' as const, 'rrset-absent' as const), name, type }),
  fc.record({ kind: fc.constantFrom('name-exists' as const, 'name-absent' as const), name }),
  fc.record({
    kind: fc.constant('rrset-equals' as const),
    name,
    type: fc.constant(TYPE.TXT),
    values: fc.array(text, { minLength: 1, maxLength: 3 }),
  }),
)
const change: fc.Arbitrary<UpdateChange> = fc.oneof(
  fc.record({
    kind: fc.constant('add' as const),
    name: written,
    type: fc.constant(TYPE.TXT),
    ttl: fc.constantFrom(30, 60),
    rdata: text,
  }),
  fc.record({ kind: fc.constant('delete-record' as const), name: written, type: fc.constant(TYPE.TXT), rdata: text }),
  fc.record({ kind: fc.constant('delete-rrset' as const), name: written, type: fc.constant(TYPE.TXT) }),
)
const update: fc.Arbitrary<Update> = fc.record({
  zone: fc.constant(DOMAIN),
  // The order of failing prerequisites is the server's own affair: one at a time has one answer.
  prerequisites: fc.array(prerequisite, { maxLength: 1 }),
  changes: fc.array(change, { maxLength: 4 }),
})

/** One for each result there is, in this order. */
const EVERY_RESULT: readonly (readonly [result: string, update: Omit<Update, 'zone'>])[] = [
  ['NOERROR', { prerequisites: [], changes: [addTxt(NAMES[0])] }],
  ['YXRRSET', { prerequisites: [{ kind: 'rrset-absent', name: NAMES[0], type: TYPE.TXT }], changes: [] }],
  ['YXDOMAIN', { prerequisites: [{ kind: 'name-absent', name: NAMES[0] }], changes: [] }],
  ['NXRRSET', { prerequisites: [{ kind: 'rrset-exists', name: NAMES[0], type: TYPE.A }], changes: [] }],
  ['NXDOMAIN', { prerequisites: [{ kind: 'name-exists', name: 'nowhere.example.test' }], changes: [] }],
]

function addTxt(name: string): UpdateChange {
  return { kind: 'add', name, type: TYPE.TXT, ttl: 30, rdata: writeTxt('a') }
}

describe.skipIf(!findNamed() && !process.env.CI)(
  'updates of the embedded server (BIND: scripts/install-test-servers.sh)',
  () => {
    let bind: Bind
    let own: DnsServer
    beforeAll(async () => {
      const grants = NAMES.map((name) => `grant ${KEY.name} name ${name}. TXT;`)
      bind = await startBind({ zones: [{ name: DOMAIN, records: ['www A 192.0.2.1'], grants }], keys: [KEY] })
      own = await startDnsServer({
        zones: [
          { name: DOMAIN, records: [{ name: 'www.example.test', type: 'A', ttlSeconds: 60, data: '192.0.2.1' }] },
        ],
        keys: [{ ...KEY, names: NAMES }],
      })
    })
    afterAll(() => Promise.all([bind?.close(), own?.close()]))

    it('have every result that they have with BIND', async () => {
      for (const [result, one] of EVERY_RESULT) {
        const asked = { zone: DOMAIN, ...one }
        expect([await sendUpdate(bind, asked), await sendUpdate(own, asked)]).toEqual([result, result])
      }
    })

    it('have the results that they have with BIND, whatever they are', async () => {
      const texts = async (server: DnsAddress) => {
        const answers = await Promise.all(NAMES.map((name) => createResolver(server).query(name, 'TXT')))
        return answers.map(({ rcode, answers }) => [
          rcode,
          ...answers.map(({ ttlSeconds, data }) => `${ttlSeconds} ${data}`).sort(),
        ])
      }
      await fc.assert(
        fc.asyncProperty(update, async (one) => {
          const [expected, actual] = [await sendUpdate(bind, one), await sendUpdate(own, one)]
          expect(actual).toBe(expected)
          expect(await texts(own)).toEqual(await texts(bind))
        }),
        { numRuns: 400 },
      )
    })
  },
)
