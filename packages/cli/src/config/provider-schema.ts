import { z } from 'zod'
import { secret, text } from './secret-schema.ts'

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
const gatewayUrl = text.optional()

const embedded = z.strictObject({
  kind: z.literal('embedded'),
  tier: tier1,
  /** Where the node's data lies, when this machine runs it (`domainsync serve`). */
  path: z.string().optional(),
  url: z.url(),
  token: secret,
  ...shared,
})

const kubo = z.strictObject({
  kind: z.literal('kubo'),
  tier: tier1,
  rpcUrl: text,
  /** Bearer token of the RPC, when it asks for one. */
  token: secret.optional(),
  gatewayUrl,
  ...shared,
})

const ipfsCluster = z.strictObject({
  kind: z.literal('ipfs-cluster'),
  tier: tier2,
  /** The REST API of any peer. */
  url: text,
  /** Basic authentication of the REST API. */
  user: z.string().min(1).optional(),
  password: secret.optional(),
  /** RPC API of the Kubo below a peer: copies count when they are read back there. */
  rpcUrl: text.optional(),
  gatewayUrl,
  ...shared,
})

/** Who keeps releases. */
export const provider = z.discriminatedUnion('kind', [embedded, kubo, ipfsCluster])

export type ProviderConfig = z.output<typeof provider>
