import { type IDomainSyncRegistry, IDomainSyncRegistry__factory } from '@domainsync/bindings'

/** The registry's ABI as ethers' encoder and decoder, made once. */
export const registryInterface: IDomainSyncRegistry['interface'] =
  /* @__PURE__ */ IDomainSyncRegistry__factory.createInterface()
