import { z } from 'zod'
import { provider } from './provider-schema.ts'
import { httpAddress, plainHttpAddress, secret } from './secret-schema.ts'

/** An account: a raw hex key in a secret, or an encrypted key file with its passphrase. */
const account = z.union([secret, z.strictObject({ file: z.string().min(1), passphrase: secret })])

const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/, 'an address is 0x and 40 hex digits')
const milliseconds = z.number().int().positive()
const count = z.number().int().positive()

/** What a page of the site must answer: asked before a publish, on a preview, and by the agent, where readers ask. */
const check = z.strictObject({
  path: z.string().startsWith('/'),
  status: z.number().int().default(200),
  contains: z.string().optional(),
})

const dnsKey = z.strictObject({ name: z.string().min(1), secret })

/** Any server that takes RFC 2136 updates with TSIG: BIND, Knot, PowerDNS, and the embedded one. */
const rfc2136 = z.strictObject({
  kind: z.literal('rfc2136'),
  /** `host` or `host:port`. */
  server: z.string().min(1),
  /** The zone that holds `_dnslink.<domain>`, itself or by CNAME. Default: each domain is its own zone. */
  zone: z.string().min(1).optional(),
  key: dnsKey,
  ttlSeconds: count.default(30),
})

/** The same, and `domainsync serve` runs the server itself, keeping the zone in `path`. */
const embeddedDns = z.strictObject({
  ...rfc2136.shape,
  kind: z.literal('embedded'),
  path: z.string().min(1),
  /** More records, names in full: where readers find the site. What a registrar asks for is there by itself. */
  records: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        type: z.enum(['A', 'AAAA', 'CNAME', 'NS', 'TXT']),
        data: z.string(),
        ttlSeconds: count.default(300),
      }),
    )
    .default([]),
})

const domain = z.strictObject({
  /** The folder of the built site. */
  site: z.string().optional(),
  /** Where readers read it. */
  url: plainHttpAddress,
  /** Name of a driver under `dns`. */
  dns: z.string().min(1),
  /** The release key that `verify` accepts, and those that it led to since (`keys rotate`). Default: the chain alone says which. */
  pinnedKey: z
    .string()
    .regex(/^0x[0-9a-f]{64}$/, 'a release key is 0x and 64 lower-case hex digits: see "domainsync keys list"')
    .optional(),
  checks: z.array(check).default([]),
})

/** The whole of `domainsync.config.ts`. */
export const configSchema = z.strictObject({
  network: z.strictObject({
    chainId: count,
    registry: address,
    rpcUrls: z.array(httpAddress).min(1),
    /** How many distinct operators must agree. */
    quorum: count,
    /** Block that the registry was deployed in: history is read from there on. Default: as recorded, or the chain's first. */
    fromBlock: z.number().int().nonnegative().optional(),
    /** Blocks on top of a publish before DNS follows. Default: 0 on chain 31337, else 2. */
    confirmations: z.number().int().nonnegative().optional(),
    maxSyncCostUsd: z.number().positive().default(0.1),
    ethUsd: z.strictObject({ fixed: z.number().positive() }).optional(),
  }),
  keys: z
    .strictObject({
      publisher: account.optional(),
      signer: account.optional(),
      release: z.strictObject({ file: z.string().min(1), passphrase: secret }).optional(),
      healer: account.optional(),
      owner: account.optional(),
      guardian: account.optional(),
      registrar: account.optional(),
    })
    .default({}),
  providers: z.record(z.string(), provider),
  replication: z.strictObject({
    /** K: copies that must be proven before any pointer moves. */
    need: count,
    /** All on one machine: proofs from one failure domain are enough, and every output says so. */
    trial: z.boolean().default(false),
  }),
  gateways: z.array(httpAddress).default([]),
  dns: z
    .object({ resolvers: z.array(z.string().min(1)).default([]), quorum: count.default(1) })
    .catchall(z.discriminatedUnion('kind', [rfc2136, embeddedDns])),
  domains: z.record(z.string(), domain),
  agent: z
    .strictObject({
      store: z
        .strictObject({ kind: z.literal('sqlite'), path: z.string().min(1) })
        .default({ kind: 'sqlite', path: 'state/domainsync.db' }),
      probeEveryMs: milliseconds.default(30_000),
      maxRepairsPerHour: count.default(6),
      /** How long a release must look good before it is kept out of the ring. */
      soakMs: milliseconds.default(600_000),
    })
    .prefault({}),
  /** `domainsync serve`: where this machine's sites are served. */
  serve: z
    .strictObject({
      /** Pause between two looks at the chain while nothing is expected. */
      refreshEveryMs: milliseconds.default(5_000),
      /** How long sites are served on while the chain cannot be read. Default: a day. */
      maxStaleMs: milliseconds.optional(),
    })
    .prefault({}),
  notify: z
    .record(
      z.string(),
      z.strictObject({
        kind: z.literal('webhook'),
        url: secret,
        minSeverity: z.enum(['info', 'warning', 'critical']).default('warning'),
      }),
    )
    .default({}),
  /** `domainsync backup`. */
  backup: z
    .strictObject({
      /** Where backups are written. */
      to: z.string().min(1).default('backups'),
      /** Files `recipient.pub.json` of those who can open them. */
      recipients: z.array(z.string().min(1)).default([]),
    })
    .prefault({}),
  /** Folder of the signed exchanges of keys, a file a domain (`keys rotate`). Public. */
  rotations: z.string().min(1).default('keys/rotations'),
  /** Folder of the journal's companions: blocks and CARs waiting to be sent. */
  state: z.string().default('state'),
})

/** What a person writes. TypeScript has no "any other key": beside `resolvers` and `quorum`, every key of `dns` is a driver. */
export type Config = Omit<z.input<typeof configSchema>, 'dns'> & {
  dns: {
    resolvers?: string[]
    quorum?: number
    [driver: string]: z.input<typeof rfc2136> | z.input<typeof embeddedDns> | string[] | number | undefined
  }
}
/** What the program reads: defaults filled in. */
export type ResolvedConfig = z.output<typeof configSchema>
export type AccountSource = z.infer<typeof account>
export type DnsConfig = z.output<typeof rfc2136> | z.output<typeof embeddedDns>
export type CheckConfig = z.output<typeof check>
