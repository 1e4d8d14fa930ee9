import { parseDomainName } from '@domainsync/core'
import * as z from 'zod'
import { ConfigError } from './config-error.ts'
import { nearestName } from './nearest-name.ts'
import { isRetired } from './provider-schema.ts'
import { configSchema, type ResolvedConfig } from './schema.ts'

/**
 * Checks a configuration and fills in the defaults. Pure: no secret is read, no server asked.
 *
 * @throws ConfigError `CONFIG_INVALID` naming the first wrong place; an unknown key comes with the nearest known one.
 */
export function parseConfig(input: unknown): ResolvedConfig {
  const result = configSchema.safeParse(input)
  if (!result.success) throw new ConfigError('CONFIG_INVALID', sentence(result.error.issues[0]!))
  const config = result.data
  for (const [name, domain] of Object.entries(config.domains)) {
    const normal = parseDomainName(name)
    if (normal !== name) invalid(['domains', name], `write the name as "${normal}".`)
    if (!(domain.dns in config.dns) || domain.dns === 'resolvers' || domain.dns === 'quorum') {
      const meant = nearestName(domain.dns, drivers(config))
      invalid(['domains', name, 'dns'], `"${domain.dns}" is no driver under dns${suggestion(meant)}`)
    }
  }
  const copies = Object.values(config.providers).filter((one) => !isRetired(one) && !one.spare).length
  // Who only reads and mirrors has no site, and needs no provider.
  const isPublisher = Object.keys(config.domains).length > 0
  if (isPublisher && config.replication.need > copies) {
    invalid(
      ['replication', 'need'],
      `${config.replication.need} copies are needed but only ${copies} providers are there.`,
    )
  }
  if (config.network.quorum > config.network.rpcUrls.length) {
    invalid(['network', 'quorum'], `a quorum of ${config.network.quorum} needs that many rpcUrls.`)
  }
  return config
}

/** Names of the DNS drivers of a configuration. */
export function drivers({ dns }: ResolvedConfig): string[] {
  return Object.keys(dns).filter((name) => name !== 'resolvers' && name !== 'quorum')
}

function invalid(path: readonly PropertyKey[], what: string): never {
  throw new ConfigError('CONFIG_INVALID', `${place(path)}: ${what}`)
}

function sentence(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!
    return `${place([...issue.path, key])}: unknown key${suggestion(nearestName(key, keysAt(issue.path)))}`
  }
  if (issue.code === 'invalid_union') {
    const deeper = issue.errors.flat().find(({ code }) => code !== 'invalid_type')
    if (deeper) return sentence({ ...deeper, path: [...issue.path, ...deeper.path] } as z.core.$ZodIssue)
  }
  return `${place(issue.path)}: ${issue.message}.`
}

function suggestion(name: string | undefined): string {
  return name ? `, did you mean "${name}"?` : '.'
}

/** `domains."bbbhhai.com".checks` */
function place(path: readonly PropertyKey[]): string {
  const text = path.map((key) =>
    typeof key === 'number' ? `[${key}]` : /^\w+$/.test(String(key)) ? `.${String(key)}` : `."${String(key)}"`,
  )
  return text.join('').replace(/^\./, '') || 'the configuration'
}

/** The keys that the schema knows at a place; unwraps defaults, options, records and unions on the way. */
function keysAt(path: readonly PropertyKey[]): string[] {
  let schemas: z.ZodType[] = [configSchema]
  for (const key of path) {
    schemas = schemas.flatMap(unwrap).flatMap((schema): z.ZodType[] => {
      if (schema instanceof z.ZodObject) {
        const inner = schema.shape[String(key)] ?? schema.def.catchall
        return inner ? [inner as z.ZodType] : []
      }
      if (schema instanceof z.ZodRecord) return [schema.valueType as z.ZodType]
      if (schema instanceof z.ZodArray) return [schema.element as z.ZodType]
      return []
    })
  }
  return schemas.flatMap(unwrap).flatMap((schema) => (schema instanceof z.ZodObject ? Object.keys(schema.shape) : []))
}

function unwrap(schema: z.ZodType): z.ZodType[] {
  if (schema instanceof z.ZodUnion) return (schema.options as z.ZodType[]).flatMap(unwrap)
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional || schema instanceof z.ZodPrefault) {
    return unwrap(schema.unwrap() as z.ZodType)
  }
  return [schema]
}
