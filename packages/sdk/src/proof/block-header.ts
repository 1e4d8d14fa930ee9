import type { Bytes32, ChainBlock } from '@domainsync/core'
import { encodeRlp, keccak256, toBeArray } from 'ethers'
import { ProofError } from './proof-error.ts'
import { decoded, stringOf } from './trie.ts'

/** Fields of a header in their order, as JSON-RPC names them; later forks append. Numbers lose their leading zeros in RLP. */
const FIELDS: readonly (readonly [name: string, kind: 'bytes' | 'number'])[] = [
  ['parentHash', 'bytes'],
  ['sha3Uncles', 'bytes'],
  ['miner', 'bytes'],
  ['stateRoot', 'bytes'],
  ['transactionsRoot', 'bytes'],
  ['receiptsRoot', 'bytes'],
  ['logsBloom', 'bytes'],
  ['difficulty', 'number'],
  ['number', 'number'],
  ['gasLimit', 'number'],
  ['gasUsed', 'number'],
  ['timestamp', 'number'],
  ['extraData', 'bytes'],
  ['mixHash', 'bytes'],
  ['nonce', 'bytes'],
  ['baseFeePerGas', 'number'],
  ['withdrawalsRoot', 'bytes'],
  ['blobGasUsed', 'number'],
  ['excessBlobGas', 'number'],
  ['parentBeaconBlockRoot', 'bytes'],
  ['requestsHash', 'bytes'],
]
const STATE_ROOT = 3
const NUMBER = 8
const TIMESTAMP = 11

/** A block by its header, which says what the chain's state was after it. */
export interface HeaderBlock extends ChainBlock {
  readonly stateRoot: Bytes32
}

/**
 * The RLP of a header from what `eth_getBlockByHash` says. `undefined` when it does not hash to the block's hash: the operator
 * lies, or the chain's headers have fields that are not known here.
 */
export function encodeHeader(block: unknown, hash: Bytes32): string | undefined {
  const fields = (block ?? {}) as Record<string, unknown>
  try {
    const present = FIELDS.filter(([name]) => fields[name] !== undefined && fields[name] !== null)
    const rlp = encodeRlp(
      present.map(([name, kind]) => (kind === 'number' ? toBeArray(fields[name] as string) : (fields[name] as string))),
    )
    return keccak256(rlp) === hash ? rlp : undefined
  } catch {
    return undefined
  }
}

/**
 * Reads a header; its hash is computed, so what it says is as true as that hash is one of the chain's.
 *
 * @throws ProofError `PROOF_MALFORMED`
 */
export function decodeHeader(rlp: string): HeaderBlock {
  const fields = decoded(rlp)
  if (!Array.isArray(fields) || fields.length < 15) throw malformed()
  const stateRoot = stringOf(fields[STATE_ROOT])
  if (stateRoot.length !== 66) throw malformed()
  return {
    number: smallNumber(stringOf(fields[NUMBER])),
    hash: keccak256(rlp) as Bytes32,
    timestamp: secondsOf(stringOf(fields[TIMESTAMP])),
    stateRoot: stateRoot as Bytes32,
  }
}

/** A time that there can be (ECMA-262 §21.4.1.1). */
function secondsOf(hex: string): number {
  const value = smallNumber(hex)
  if (value > 8_640_000_000_000) throw malformed()
  return value
}

function smallNumber(hex: string): number {
  const value = hex === '0x' ? 0 : Number(hex)
  if (!Number.isSafeInteger(value)) throw malformed()
  return value
}

function malformed(): ProofError {
  return new ProofError('PROOF_MALFORMED', 'This is no proof of a state: its header is not that of a block.')
}
