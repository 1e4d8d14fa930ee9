import type { IDomainSyncRegistry, TypedContractMethod } from '@domainsync/bindings'
import type { Address } from '@domainsync/core'
import type { Interface } from 'ethers'
import { registryInterface } from '../chain/registry-interface.ts'

type ArgumentsOf<Method> =
  Method extends TypedContractMethod<infer Arguments, infer _Result, 'nonpayable'> ? Arguments : never

/** The registry's functions that write. */
export type RegistryMethod = keyof {
  [Name in keyof IDomainSyncRegistry as [ArgumentsOf<IDomainSyncRegistry[Name]>] extends [never]
    ? never
    : Name & string]: never
}

/** What a function takes, in the order of the contract. */
export type RegistryArguments<Method extends RegistryMethod> = ArgumentsOf<IDomainSyncRegistry[Method]>

/** One call of the registry, ready for a transaction. */
export interface RegistryCall {
  readonly method: RegistryMethod
  readonly args: readonly unknown[]
  readonly to: Address
  /** Selector and arguments, as the contract's ABI encodes them. */
  readonly data: `0x${string}`
}

/** Encodes a call of a function that writes: `registryCall(registry, 'pause', [domainId('bbbhhai.com'), 1])`. */
export function registryCall<Method extends RegistryMethod>(
  registry: Address,
  method: Method,
  args: RegistryArguments<Method>,
): RegistryCall {
  const anyInterface: Interface = registryInterface
  const data = anyInterface.encodeFunctionData(method, args) as `0x${string}`
  return { method, args, to: registry, data }
}
