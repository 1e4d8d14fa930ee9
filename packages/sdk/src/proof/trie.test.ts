import { createMerkleProof, createMPT, type MerklePatriciaTrie } from '@ethereumjs/mpt'
import { encodeRlp, getBytes, hexlify, keccak256, toBeHex } from 'ethers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TrieNodes } from './trie.ts'

/** A trie by the library of the Ethereum developers: the peer that proofs are compared with. */
async function trieOf(entries: ReadonlyMap<number, number>): Promise<MerklePatriciaTrie> {
  const trie = await createMPT({ useKeyHashing: true })
  for (const [key, value] of entries) await trie.put(getBytes(keyOf(key)), getBytes(encodeRlp(toBeHex(value))))
  return trie
}
const keyOf = (key: number) => toBeHex(key, 32)
const nodesOf = async (trie: MerklePatriciaTrie, keys: readonly number[]) =>
  (await Promise.all(keys.map((key) => createMerkleProof(trie, getBytes(keyOf(key))))))
    .flat()
    .map((node) => hexlify(node))
const rootOf = (trie: MerklePatriciaTrie) => hexlify(trie.root()) as `0x${string}`

const entries = fc
  .uniqueArray(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 2 ** 31 })), { selector: ([key]) => key, maxLength: 60 })
  .map((pairs) => new Map(pairs))
const asked = fc.array(fc.nat(), { maxLength: 5 })

describe('nodes of a trie', () => {
  it('prove what is there and what is not, as another implementation says', async () => {
    await fc.assert(
      fc.asyncProperty(entries, asked, async (all, others) => {
        const trie = await trieOf(all)
        const keys = [...all.keys(), ...others]
        const nodes = new TrieNodes(await nodesOf(trie, keys))
        for (const key of keys) {
          const value = all.get(key)
          expect(nodes.read(rootOf(trie), keyOf(key))).toBe(value === undefined ? undefined : encodeRlp(toBeHex(value)))
        }
      }),
      { numRuns: 200 },
    )
  })

  it('prove nothing when one that is needed is missing or has another byte', async () => {
    const all = new Map(Array.from({ length: 500 }, (_, key) => [key, key + 1]))
    const trie = await trieOf(all)
    const nodes = await nodesOf(trie, [7])
    expect(nodes.length).toBeGreaterThan(2)
    const read = (some: readonly string[]) => () => new TrieNodes(some).read(rootOf(trie), keyOf(7))
    expect(read(nodes)()).toBe(encodeRlp(toBeHex(8)))
    const missing = expect.objectContaining({ code: 'PROOF_INCOMPLETE' })
    for (const at of nodes.keys()) expect(read(nodes.toSpliced(at, 1))).toThrow(missing)
    fc.assert(
      fc.property(fc.nat(nodes.length - 1), fc.nat(), fc.integer({ min: 1, max: 255 }), (at, where, flip) => {
        const bytes = getBytes(nodes[at]!)
        bytes[where % bytes.length]! ^= flip
        expect(read(nodes.with(at, hexlify(bytes)))).toThrow(missing)
      }),
    )
  })

  it('are refused with a code when they hash right and are no nodes', () => {
    const junk = fc.uint8Array({ minLength: 1, maxLength: 80 })
    const lists = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 18 }).map((list) => encodeRlp(list))
    fc.assert(
      fc.property(fc.oneof(junk.map(hexlify), lists), (node) => {
        try {
          new TrieNodes([node]).read(keccak256(node) as `0x${string}`, keyOf(1))
        } catch (error) {
          expect((error as { code: string }).code).toMatch(/^PROOF_(MALFORMED|INCOMPLETE)$/)
        }
      }),
      { numRuns: 1_000 },
    )
  })
})
