import { readFile } from 'node:fs/promises'
import { DeployError } from './deploy-error.ts'
import type { Verification } from './verification-input.ts'
import { writeWhole } from './write-whole.ts'

/** `deployments/<network>/<Contract>.json`: what was deployed, and which chain it was deployed to. */
export interface DeploymentRecord {
  readonly contract: string
  readonly address: string
  readonly chainId: number
  /** Tells two chains with one id apart: a node that was wiped, a fork. */
  readonly genesisHash: string
  /** keccak256 of the creation code with its arguments. */
  readonly initCodeHash: string
  /** Through the deterministic deployment proxy, or a plain transaction. */
  readonly method: 'create2' | 'create'
  readonly args: readonly unknown[]
  /** Null: the contract was found on the chain and its transaction could not be. */
  readonly block: number | null
  readonly transaction: string | null
  readonly abi: readonly unknown[]
  /** How to compile it again. */
  readonly verification: Verification
}

/** What the chain and the sources say now. */
export interface DeploymentFacts {
  readonly chainId: number
  readonly genesisHash: string
  readonly initCodeHash: string
}

/** Every way in which a record is not about this chain and these sources; empty when it is. */
export function recordMismatches(record: DeploymentRecord, now: DeploymentFacts, hasCode: boolean): string[] {
  const keys = ['chainId', 'genesisHash', 'initCodeHash'] as const
  const differing = keys.filter((key) => record[key] !== now[key])
  const mismatches = differing.map((key) => `${key} is ${now[key]} now and ${record[key]} in the record`)
  if (!hasCode) mismatches.push(`there is no code at ${record.address}`)
  return mismatches
}

/** The record in a file, `undefined` when there is none. */
export async function readRecord(path: string): Promise<DeploymentRecord | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as DeploymentRecord
  } catch (cause) {
    throw new DeployError('DEPLOY_RECORD_MISMATCH', `${path} is not JSON; restore it or remove it.`, { cause })
  }
}

/** Writes a record whole or not at all. */
export async function writeRecord(path: string, record: DeploymentRecord): Promise<void> {
  const { contract, address, chainId, genesisHash, initCodeHash, method, args, block, transaction } = record
  const { verification, abi } = record
  const place = { contract, address, chainId, genesisHash, initCodeHash, method, args, block, transaction }
  await writeWhole(path, `${JSON.stringify({ ...place, verification, abi }, null, 2)}\n`)
}
