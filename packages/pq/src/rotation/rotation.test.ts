import type { Bytes32 } from '@domainsync/core'
import { beforeAll, describe, expect, it } from 'vitest'
import { decodeEnvelope, encodeEnvelope } from '../dsse.ts'
import { nativeMlDsa } from '../node/native-ml-dsa.ts'
import { createdAt, hashes, keys, makeRotations, named, place } from '../test/rotation-fixture.ts'
import { followRotations } from './follow-rotations.ts'
import { decodeRotations, encodeRotations, joinRotations, type Rotation } from './rotation-file.ts'
import { signRotation } from './sign-rotation.ts'
import { verifyRotation } from './verify-rotation.ts'

const options = { verifyMlDsa: nativeMlDsa.verify }
const coded = (code: string) => expect.objectContaining({ code })
let rotations: readonly Rotation[]
beforeAll(async () => {
  rotations = await makeRotations()
})

const follow = (list: readonly Rotation[], pinned: Bytes32, current: Bytes32 = hashes[3]!) =>
  followRotations(list, { ...place, pinned, current }, options)

describe('key rotations', () => {
  it('lead from every older key to the newest one, a step for each', () => {
    expect(hashes.map((pinned) => follow(rotations, pinned).length)).toEqual([3, 2, 1, 0])
    expect(follow(rotations, hashes[1]!).map(({ to }) => to)).toEqual(named.slice(2))
  })

  it('are not asked for while the pinned key is the current one', () => {
    expect(follow([], hashes[0]!, hashes[0]!)).toEqual([])
  })

  it.each<[string, () => readonly Rotation[]]>([
    ['none is there', () => []],
    ['one is missing', () => [rotations[0]!, rotations[2]!]],
  ])('lead nowhere when %s', (_, list) => {
    expect(() => follow(list(), hashes[0]!)).toThrow(coded('PQ_KEY_NOT_PINNED'))
  })

  it('lead there in any order, past a key that was lost and past a forged step', async () => {
    const lost = await signRotation({ ...keys[0]!, statement: { ...place, to: named[3]!, createdAt } }, options)
    const forged = { ...lost, envelope: encodeEnvelope({ ...decodeEnvelope(lost.envelope), signatures: [] }) }
    expect(follow([...rotations].reverse(), hashes[0]!)).toHaveLength(3)
    expect(follow([forged, lost, ...rotations], hashes[0]!, hashes[2]!)).toHaveLength(2)
  })

  it('lead there past entries that cannot be read at all', () => {
    const [first] = rotations
    const envelope = decodeEnvelope(first!.envelope)
    const unreadable = [
      { ...first!, envelope: new Uint8Array() },
      { ...first!, envelope: encodeEnvelope({ ...envelope, payload: new Uint8Array([1, 2, 3]) }) },
      { ...first!, spki: new Uint8Array([4, 5]) },
    ]
    const listed = decodeRotations(encodeRotations([...unreadable, ...rotations, ...unreadable]))
    expect(follow(listed, hashes[0]!)).toHaveLength(3)
    expect(() => follow(unreadable, hashes[0]!)).toThrow(coded('PQ_KEY_NOT_PINNED'))
  })

  it('never lead back to an older key', () => {
    expect(() => follow(rotations, hashes[3]!, hashes[0]!)).toThrow(coded('PQ_KEY_NOT_PINNED'))
  })

  it('of another domain, chain or registry are refused', () => {
    for (const [other, code] of [
      // The account's text names domain and chain, so its signature fails first.
      [{ domain: 'other.test' }, 'SIGNER_SIGNATURE_INVALID'],
      [{ chainId: 1 }, 'SIGNER_SIGNATURE_INVALID'],
      [{ registry: `0x${'1'.repeat(40)}` as const }, 'ROTATION_FIELD_MISMATCH'],
    ] as const) {
      const pinned = { ...place, ...other, pqKeyHash: hashes[0]! }
      expect(() => verifyRotation(rotations[0]!, pinned, options)).toThrow(coded(code))
    }
  })

  it('signed by a key that only says it is the old one are refused', async () => {
    const thief = { pq: nativeMlDsa.signer(new Uint8Array(32).fill(9)), signer: keys[0]!.signer }
    const forged = await signRotation({ ...thief, statement: { ...place, to: named[3]!, createdAt } }, options)
    expect(() => verifyRotation(forged, { ...place, pqKeyHash: hashes[0]! }, options)).toThrow(coded('PQ_KEY_MISMATCH'))
    expect(() =>
      verifyRotation({ ...forged, spki: keys[0]!.pq.spki }, { ...place, pqKeyHash: hashes[0]! }, options),
    ).toThrow(coded('PQ_KEY_MISMATCH'))
  })

  it('need both signatures: another account is not enough', () => {
    const envelope = decodeEnvelope(rotations[0]!.envelope)
    const [pq] = envelope.signatures
    const alone = encodeEnvelope({ ...envelope, signatures: [pq!] })
    const check = () =>
      verifyRotation({ ...rotations[0]!, envelope: alone }, { ...place, pqKeyHash: hashes[0]! }, options)
    expect(check).toThrow(coded('SIGNATURE_COUNT'))
  })

  it('are read back as they were written, and joined without repeating one', () => {
    expect(decodeRotations(encodeRotations(rotations))).toEqual(rotations)
    expect(joinRotations(rotations.slice(0, 2), rotations)).toEqual(rotations)
    expect(joinRotations([], rotations)).toEqual(rotations)
    expect(joinRotations(rotations, [])).toEqual(rotations)
  })
})
