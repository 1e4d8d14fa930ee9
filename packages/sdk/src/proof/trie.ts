import type { Bytes32 } from '@domainsync/core'
import { decodeRlp, keccak256, type RlpStructuredData } from 'ethers'
import { ProofError } from './proof-error.ts'

/** Root of a trie without entries. */
const EMPTY_ROOT = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421'
const HASH_LENGTH = 66

/** Nodes of Merkle-Patricia tries, found by their hash: what several proofs together consist of. */
export class TrieNodes {
  readonly #nodes: ReadonlyMap<string, string>
  readonly #used = new Set<string>()

  /** @param nodes RLP of each node, `0x` and hex digits, in any order. */
  constructor(nodes: Iterable<string>) {
    this.#nodes = new Map([...nodes].map((node) => [keccak256(node), node]))
  }

  /** Those that were needed so far, in the order of their first use. */
  used(): string[] {
    return [...this.#used].map((hash) => this.#nodes.get(hash)!)
  }

  /**
   * The value (RLP) under the hash of a key; `undefined` when the trie is proven to have none.
   *
   * Ethereum yellow paper, appendix D; keys are hashed ("secure trie").
   *
   * @throws ProofError `PROOF_INCOMPLETE`, `PROOF_MALFORMED`
   */
  read(root: Bytes32, key: string): string | undefined {
    if (root === EMPTY_ROOT) return undefined
    const path = keccak256(key).slice(2)
    let node = this.#load(root)
    for (let at = 0; ; ) {
      let next: RlpStructuredData
      if (node.length === 17) {
        next = node[Number.parseInt(path[at++]!, 16)]!
      } else {
        const { isLeaf, nibbles } = decodePath(node[0]!)
        if (!path.startsWith(nibbles, at)) return undefined
        at += nibbles.length
        if (isLeaf) return at === path.length ? stringOf(node[1]!) : undefined
        next = node[1]!
      }
      if (next === '0x') return undefined
      if (at >= path.length) throw malformed('it is deeper than a key is long')
      node = typeof next === 'string' ? this.#load(next) : shapeOf(next)
    }
  }

  #load(hash: string): readonly RlpStructuredData[] {
    const node = hash.length === HASH_LENGTH ? this.#nodes.get(hash) : undefined
    if (node === undefined) throw new ProofError('PROOF_INCOMPLETE', `The proof lacks the node ${hash}.`)
    this.#used.add(hash)
    return shapeOf(decoded(node))
  }
}

/** @throws ProofError `PROOF_MALFORMED` */
export function decoded(rlp: string): RlpStructuredData {
  try {
    return decodeRlp(rlp)
  } catch (cause) {
    throw malformed('a part of it is no RLP', cause)
  }
}

/** @throws ProofError `PROOF_MALFORMED` */
export function stringOf(value: RlpStructuredData | undefined): string {
  if (typeof value === 'string') return value
  throw malformed('it has a list where a value should be')
}

function shapeOf(node: RlpStructuredData): readonly RlpStructuredData[] {
  if (Array.isArray(node) && (node.length === 17 || node.length === 2)) return node
  throw malformed('one of its nodes is neither branch, extension nor leaf')
}

/** Hex-prefix encoding: two bits of flags, then the nibbles. */
function decodePath(value: RlpStructuredData): { isLeaf: boolean; nibbles: string } {
  const digits = stringOf(value).slice(2)
  const flags = Number.parseInt(digits[0] ?? '', 16)
  if (!(flags <= 3)) throw malformed('one of its nodes has no valid path')
  return { isLeaf: flags >= 2, nibbles: digits.slice(flags % 2 === 1 ? 1 : 2) }
}

function malformed(what: string, cause?: unknown): ProofError {
  return new ProofError('PROOF_MALFORMED', `This is no proof of a state: ${what}.`, cause)
}
