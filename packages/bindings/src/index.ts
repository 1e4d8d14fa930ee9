export { deploymentBlock } from './deployment-block.ts'
export { registryAbi } from './generated/abi.ts'
export { registryAddresses, registryBlocks } from './generated/addresses.ts'
export type { TypedContractMethod } from './generated/common.ts'
export {
  type DomainSyncRegistry,
  DomainSyncRegistry__factory,
  type IDomainSyncRegistry,
  IDomainSyncRegistry__factory,
  type TimelockController,
  TimelockController__factory,
} from './generated/index.ts'
export * from './reclaim-typed-data.ts'
export * from './registration-typed-data.ts'
export * from './sync-typed-data.ts'
export * from './typed-data.ts'
