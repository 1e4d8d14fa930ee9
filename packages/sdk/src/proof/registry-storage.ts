import type { Address, Bytes32, DomainState, Trust } from '@domainsync/core'
import { concat, keccak256, toBeHex } from 'ethers'

/**
 * Where the registry keeps a domain: offsets in 32-byte words from the place of `_domains[domain]`, as the committed
 * `snapshots/storage-layout.txt` has them.
 */
export const DOMAIN_SLOTS = {
  hot: 0n,
  /** healer, keptRelease, epochs, fed */
  second: 1n,
  ring: 2n,
  keptHash: 10n,
  node: 11n,
  trust: 12n,
} as const

/** Words of one epoch's trust. */
const TRUST_WORDS = [0n, 1n, 2n, 3n] as const
const DOMAINS_SLOT = 0n
const RING = 8
const AGE_KEPT = 8

/** What a reader of releases needs of a domain; the rest of its state is for those who heal and govern. */
export type StoredDomain = Pick<DomainState, 'node' | 'head' | 'trust'>

/**
 * Reads a domain out of the registry's storage: yields the slots it needs next, wants their words in return, and gives
 * what the views `nodeOf`, `head` and `trustAt(live)` say; `undefined` when the domain is not registered.
 */
export function* readStoredDomain(
  id: Address,
): Generator<readonly bigint[], StoredDomain | undefined, readonly bigint[]> {
  const base = mappingSlot(BigInt(id), DOMAINS_SLOT)
  const [hot, second, node] = (yield [
    base + DOMAIN_SLOTS.hot,
    base + DOMAIN_SLOTS.second,
    base + DOMAIN_SLOTS.node,
  ]) as [bigint, bigint, bigint]
  const epochs = Number(bits(second, 192, 32))
  if (epochs === 0) return undefined

  const latest = Number(bits(hot, 192, 32))
  const age = Number(bits(hot, 176, 8))
  const isKept = age === AGE_KEPT
  const live = isKept ? Number(bits(second, 160, 32)) : latest - age
  const digest = isKept ? DOMAIN_SLOTS.keptHash : DOMAIN_SLOTS.ring + BigInt(live % RING)
  const [ipfsHash] = (yield [base + digest]) as [bigint]
  return {
    node: word(node),
    head: {
      ipfsHash: word(ipfsHash),
      live,
      latest,
      seq: Number(bits(hot, 224, 32)),
      stable: bits(hot, isKept ? 184 : 168 + age, 1) === 1n,
      paused: Number(bits(hot, 160, 8)),
    },
    // Before the first release there is no trust of a live one: what the first would have counts.
    trust: yield* readTrust(base, { epochs, release: Math.max(1, live) }),
  }
}

/** The newest epoch that covers the release; the first one covers everything before it too. */
function* readTrust(
  base: bigint,
  { epochs, release }: { epochs: number; release: number },
): Generator<readonly bigint[], Trust, readonly bigint[]> {
  for (let epoch = epochs; ; epoch--) {
    const start = mappingSlot(BigInt(epoch), base + DOMAIN_SLOTS.trust)
    const [owner, guardian, third, pqKeyHash] = (yield TRUST_WORDS.map((word) => start + word)) as [
      bigint,
      bigint,
      bigint,
      bigint,
    ]
    const fromRelease = Number(bits(third, 160, 32))
    if (epoch > 1 && fromRelease > release) continue
    return {
      owner: address(owner),
      guardian: address(guardian),
      signer: address(third),
      fromRelease,
      pqKeyHash: word(pqKeyHash),
    }
  }
}

/** Where a mapping at a slot keeps the value of a key (Solidity, "Layout of State Variables in Storage"). */
function mappingSlot(key: bigint, slot: bigint): bigint {
  return BigInt(keccak256(concat([toBeHex(key, 32), toBeHex(slot, 32)])))
}

function bits(value: bigint, from: number, count: number): bigint {
  return (value >> BigInt(from)) & ((1n << BigInt(count)) - 1n)
}

function word(value: bigint): Bytes32 {
  return toBeHex(value, 32) as Bytes32
}

function address(value: bigint): Address {
  return toBeHex(bits(value, 0, 160), 20) as Address
}
