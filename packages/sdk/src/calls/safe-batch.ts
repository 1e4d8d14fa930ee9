import type { Address } from '@domainsync/core'
import { keccak256, type ParamType, toUtf8Bytes } from 'ethers'
import { registryInterface } from '../chain/registry-interface.ts'
import type { RegistryCall } from './registry-call.ts'

const FORMAT_VERSION = '1.0'
/** The release of Safe's Transaction Builder whose files these are. */
const BUILDER_VERSION = '1.18.2'

export interface SafeBatchOptions {
  readonly chainId: number
  /** The Safe that should send it. */
  readonly safe: Address
  /** What its owners read before they sign. */
  readonly name: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
}

/** A file that Safe's Transaction Builder imports; each transaction is shown with the function's name and arguments. */
export interface SafeBatch {
  readonly version: string
  readonly chainId: string
  readonly createdAt: number
  readonly meta: Readonly<Record<string, string>>
  readonly transactions: readonly SafeTransaction[]
}

interface SafeTransaction {
  readonly to: string
  readonly value: string
  readonly data: string
  readonly contractMethod: { readonly inputs: readonly SafeInput[]; readonly name: string; readonly payable: boolean }
  readonly contractInputsValues: Readonly<Record<string, string>>
}

interface SafeInput {
  readonly internalType: string
  readonly name: string
  readonly type: string
  readonly components?: readonly SafeInput[]
}

/**
 * One call of the registry for a multisig wallet: the format of Safe's Transaction Builder, whose checksum is the keccak256 of the
 * batch with sorted keys and without its name (safe-react-apps, `tx-builder/src/lib/checksum.ts`).
 */
export function safeBatch(call: RegistryCall, { chainId, safe, name, createdAt }: SafeBatchOptions): SafeBatch {
  const { inputs } = registryInterface.getFunction(call.method)
  const batch: SafeBatch = {
    version: FORMAT_VERSION,
    chainId: `${chainId}`,
    createdAt,
    meta: {
      name,
      description: '',
      txBuilderVersion: BUILDER_VERSION,
      createdFromSafeAddress: safe,
      createdFromOwnerAddress: '',
    },
    transactions: [
      {
        to: call.to,
        value: '0',
        data: call.data,
        contractMethod: { inputs: inputs.map(safeInput), name: call.method, payable: false },
        contractInputsValues: Object.fromEntries(inputs.map((input, index) => [input.name, text(call.args[index])])),
      },
    ],
  }
  return { ...batch, meta: { ...batch.meta, checksum: safeChecksum(batch) } }
}

/** keccak256 as `0x` and 64 hex digits, of a batch that has no checksum yet. */
export function safeChecksum(batch: SafeBatch): string {
  return keccak256(toUtf8Bytes(sortedText({ ...batch, meta: { ...batch.meta, name: null } })))
}

function safeInput({ type, name, baseType, components }: ParamType): SafeInput {
  if (baseType !== 'tuple') return { internalType: type, name, type }
  return { internalType: 'tuple', name, type: 'tuple', components: (components ?? []).map(safeInput) }
}

/** A value as a person would type it into the builder's form. */
function text(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(Object.values(value as object).map(String)) : `${value}`
}

/** The builder's own serialization: an object is its sorted keys, then each value followed by a comma. */
function sortedText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sortedText).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const object = value as Record<string, unknown>
  const keys = Object.keys(object).sort()
  return `{${JSON.stringify(keys)}${keys.map((key) => `${sortedText(object[key])},`).join('')}}`
}
