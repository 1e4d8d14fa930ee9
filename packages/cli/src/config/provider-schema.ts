import { z } from 'zod'
import { httpAddress, plainHttpAddress, secret } from './secret-schema.ts'

/** What every provider says of itself. */
const shared = {
  /** Providers that one accident can take together have the same one. */
  failureDomain: z.string().min(1),
  /** Holds nothing until another replica is lost. */
  spare: z.boolean().default(false),
}
const tier1 = z.literal([1, 2]).default(1)
const tier2 = z.literal([1, 2]).default(2)

/** A gateway over what it holds: read by `verify` and for previews. */
const gatewayUrl = httpAddress.optional()
/** Where copies are read back. */
const gateway = {
  gatewayUrl,
  /** The gateway serves this account's content and nothing else, so that what it gives is stored there. */
  ownContentOnly: z.boolean().default(false),
}
/** RPC API of the Kubo that holds the copies: they are read back there. */
const rpcUrl = httpAddress.optional()
/** Where pulling services can fetch from it. */
const origins = z
  .array(z.string().regex(/^\/.+\/p2p\/[^/]+$/, 'an origin is a multiaddress that ends in /p2p/<peer id>'))
  .default([])

const embedded = z.strictObject({
  kind: z.literal('embedded'),
  tier: tier1,
  /** Where the node's data lies, when this machine runs it (`domainsync serve`). */
  path: z.string().optional(),
  url: plainHttpAddress,
  token: secret,
  ...shared,
})

const kubo = z.strictObject({
  kind: z.literal('kubo'),
  tier: tier1,
  rpcUrl: httpAddress,
  /** Bearer token of the RPC, when it asks for one. */
  token: secret.optional(),
  gatewayUrl,
  origins,
  ...shared,
})

const ipfsCluster = z.strictObject({
  kind: z.literal('ipfs-cluster'),
  tier: tier2,
  /** The REST API of any peer. */
  url: httpAddress,
  /** Basic authentication of the REST API. */
  user: z.string().min(1).optional(),
  password: secret.optional(),
  rpcUrl,
  origins,
  ...gateway,
  ...shared,
})

/** Any Pinning Service API. */
const psa = z.strictObject({
  kind: z.literal('psa'),
  tier: tier2,
  /** What `/pins` stands behind. */
  url: httpAddress,
  token: secret,
  rpcUrl,
  ...gateway,
  ...shared,
})

const pinata = z.strictObject({
  kind: z.literal('pinata'),
  tier: tier2,
  url: httpAddress.optional(),
  uploadUrl: httpAddress.optional(),
  token: secret,
  /** The key that a restricted gateway asks for. */
  gatewayToken: secret.optional(),
  ...gateway,
  ...shared,
  failureDomain: z.string().min(1).default('pinata'),
})

const filebase = z.strictObject({
  kind: z.literal('filebase'),
  tier: tier2,
  url: httpAddress.optional(),
  token: secret,
  ...gateway,
  ...shared,
  failureDomain: z.string().min(1).default('filebase'),
})

const fourEverland = z.strictObject({
  kind: z.literal('4everland'),
  tier: tier2,
  url: httpAddress.optional(),
  token: secret,
  ...gateway,
  ...shared,
  failureDomain: z.string().min(1).default('4everland'),
})

const lighthouse = z.strictObject({
  kind: z.literal('lighthouse'),
  tier: tier2,
  url: httpAddress.optional(),
  uploadUrl: httpAddress.optional(),
  token: secret,
  ...gateway,
  ...shared,
  failureDomain: z.string().min(1).default('lighthouse'),
})

/** Ended; kept in the configuration only until `domainsync migrate` has moved the content off it. */
const retired = z.strictObject({
  kind: z.literal(['nft.storage', 'web3.storage']),
  gatewayUrl,
})

/** Who keeps releases. */
export const provider = z.discriminatedUnion('kind', [
  embedded,
  kubo,
  ipfsCluster,
  psa,
  pinata,
  filebase,
  fourEverland,
  lighthouse,
  retired,
])

export type ProviderConfig = z.output<typeof provider>
export type RetiredProviderConfig = z.output<typeof retired>
/** A provider that takes releases. */
export type LiveProviderConfig = Exclude<ProviderConfig, RetiredProviderConfig>

/** Whether a provider has ended. */
export function isRetired(provider: ProviderConfig): provider is RetiredProviderConfig {
  return isRetiredKind(provider.kind)
}

/** Whether a kind of provider has ended. */
export function isRetiredKind(kind: unknown): kind is RetiredProviderConfig['kind'] {
  return kind === 'nft.storage' || kind === 'web3.storage'
}
