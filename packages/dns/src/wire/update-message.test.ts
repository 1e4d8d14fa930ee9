import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RCODE, readMessage, TYPE } from './message.ts'
import { type Prerequisite, readUpdate, type UpdateChange, writeUpdate } from './update-message.ts'

const ZONE = 'example.test'
const name = fc.constantFrom('example.test', 'a.example.test', '_dnslink.example.test')
const type = fc.constantFrom(TYPE.TXT, TYPE.CNAME, TYPE.A, 65_280)
const rdata = fc.uint8Array({ minLength: 1, maxLength: 8 })
const prerequisite: fc.Arbitrary<Prerequisite> = fc.oneof(
  fc.record({ kind: fc.constantFrom('rrset-exists' as const, 'rrset-absent' as const), name, type }),
  fc.record({ kind: fc.constantFrom('name-exists' as const, 'name-absent' as const), name }),
  fc.record({
    kind: fc.constant('rrset-equals' as const),
    name,
    type,
    values: fc.array(rdata, { minLength: 1, maxLength: 3 }),
  }),
)
const change: fc.Arbitrary<UpdateChange> = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), name, type, ttl: fc.nat(0x7fffffff), rdata }),
  fc.record({ kind: fc.constant('delete-record' as const), name, type, rdata }),
  fc.record({ kind: fc.constant('delete-rrset' as const), name, type }),
  fc.record({ kind: fc.constant('delete-name' as const), name }),
)
const plain = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return [...value]
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]))
}
const order = ({ kind }: Prerequisite) => (kind === 'rrset-equals' ? 1 : 0)

describe('update messages', () => {
  it('read back as they were written', () => {
    // Values of one set are one prerequisite, however many records.
    const distinct = fc.uniqueArray(prerequisite, {
      maxLength: 4,
      selector: (p) => (p.kind === 'rrset-equals' ? `${p.name} ${p.type}` : `${JSON.stringify(p)}`),
    })
    fc.assert(
      fc.property(distinct, fc.array(change, { maxLength: 4 }), (prerequisites, changes) => {
        const read = readUpdate(readMessage(writeUpdate({ zone: ZONE, prerequisites, changes }, 1)))
        const sorted = prerequisites.toSorted((a, b) => order(a) - order(b))
        expect(plain(read)).toEqual(plain({ zone: ZONE, prerequisites: sorted, changes }))
      }),
    )
  })

  it('are refused with NOTZONE when a name is outside of the zone', () => {
    const changes = [{ kind: 'delete-rrset', name: 'other.test', type: TYPE.TXT } as const]
    const bytes = writeUpdate({ zone: ZONE, prerequisites: [], changes }, 1)
    expect(readUpdate(readMessage(bytes))).toEqual({ refused: RCODE.NOTZONE })
  })

  it('are refused with FORMERR when they are not formed so', () => {
    const message = readMessage(writeUpdate({ zone: ZONE, prerequisites: [], changes: [] }, 1))
    const empty = { name: ZONE, type: TYPE.TXT, ttl: 0, rdata: new Uint8Array(), start: 0, rdataStart: 0 }
    const wrong = [
      { ...message, questions: [] },
      { ...message, questions: [{ name: ZONE, type: TYPE.TXT, class: 1 }] },
      { ...message, answers: [{ ...empty, class: 1, ttl: 1 }] },
      { ...message, answers: [{ ...empty, class: 255, rdata: Uint8Array.of(1) }] },
      { ...message, answers: [{ ...empty, class: 3 }] },
      { ...message, authorities: [{ ...empty, class: 255, ttl: 1 }] },
      { ...message, authorities: [{ ...empty, class: 254, ttl: 1 }] },
      { ...message, authorities: [{ ...empty, class: 1, type: TYPE.ANY }] },
      { ...message, authorities: [{ ...empty, class: 3 }] },
    ]
    for (const update of wrong) expect(readUpdate(update)).toEqual({ refused: RCODE.FORMERR })
  })
})
