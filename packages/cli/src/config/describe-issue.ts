import * as z from 'zod'
import { nearestName } from './nearest-name.ts'
import { isRetiredKind } from './provider-schema.ts'
import { configSchema } from './schema.ts'

/** The sentence for the first wrong place of a configuration. A misspelt key comes first: what it was to be is missing too. */
export function describeIssues(issues: readonly z.core.$ZodIssue[], input: unknown): string {
  return sentence(issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!, input)
}

/** `, did you mean "checks"?`, or the end of the sentence. */
export function suggestion(name: string | undefined): string {
  return name ? `, did you mean "${name}"?` : '.'
}

/** `domains."bbbhhai.com".checks` */
export function place(path: readonly PropertyKey[]): string {
  const text = path.map((key) =>
    typeof key === 'number' ? `[${key}]` : /^\w+$/.test(String(key)) ? `.${String(key)}` : `."${String(key)}"`,
  )
  return text.join('').replace(/^\./, '') || 'the configuration'
}

function sentence(issue: z.core.$ZodIssue, input: unknown): string {
  const at = place(issue.path)
  if (issue.code === 'unrecognized_keys') return unknownKey(issue.path, issue.keys[0]!, input)
  const value = valueAt(input, issue.path)
  if (issue.code === 'invalid_union') {
    if ('options' in issue && Array.isArray(issue.options)) {
      const kinds = issue.options.map(String)
      if (value === undefined) return `${at} is missing: one of ${kinds.join(', ')}.`
      const meant = typeof value === 'string' ? nearestName(value, kinds) : undefined
      const hint = meant === undefined ? `; there are ${kinds.join(', ')}.` : suggestion(meant)
      return `${at}: unknown kind ${JSON.stringify(value)}${hint}`
    }
    const deeper = issue.errors.flat().find(({ code }) => code !== 'invalid_type')
    if (deeper && value !== undefined) {
      return sentence({ ...deeper, path: [...issue.path, ...deeper.path] } as z.core.$ZodIssue, input)
    }
  }
  if (value === undefined) return `${at} is missing${issue.code === 'invalid_type' ? '' : `: ${issue.message}`}.`
  return `${at}: ${issue.message}.`
}

function unknownKey(path: readonly PropertyKey[], key: string, input: unknown): string {
  const what = `${place([...path, key])}: unknown key`
  const { kind } = (valueAt(input, path) ?? {}) as { kind?: unknown }
  if (path[0] === 'providers' && isRetiredKind(kind)) {
    return `${what}; ${kind} has ended and takes no more releases, so that beside kind it has only gatewayUrl, where what is left is read.`
  }
  return `${what}${suggestion(nearestName(key, keysAt(path, input)))}`
}

/** The keys that the schema knows at a place; unwraps defaults, options, records and unions on the way. */
function keysAt(path: readonly PropertyKey[], input: unknown): string[] {
  let schemas = unwrap(configSchema, input)
  path.forEach((key, index) => {
    const value = valueAt(input, path.slice(0, index + 1))
    schemas = schemas
      .flatMap((schema): z.ZodType[] => {
        if (schema instanceof z.ZodObject) {
          const inner = schema.shape[String(key)] ?? schema.def.catchall
          return inner ? [inner as z.ZodType] : []
        }
        if (schema instanceof z.ZodRecord) return [schema.valueType as z.ZodType]
        if (schema instanceof z.ZodArray) return [schema.element as z.ZodType]
        return []
      })
      .flatMap((schema) => unwrap(schema, value))
  })
  return schemas.flatMap((schema) => (schema instanceof z.ZodObject ? Object.keys(schema.shape) : []))
}

/** The schemas that may stand for a value; of a union of kinds the one of its kind alone. */
function unwrap(schema: z.ZodType, value: unknown): z.ZodType[] {
  if (schema instanceof z.ZodUnion) {
    const options = schema.options as z.ZodType[]
    const { kind } = (value ?? {}) as { kind?: unknown }
    const ofKind = options.filter(
      (option) => option instanceof z.ZodObject && option.shape.kind?.safeParse(kind).success === true,
    )
    return (ofKind.length > 0 ? ofKind : options).flatMap((option) => unwrap(option, value))
  }
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional || schema instanceof z.ZodPrefault) {
    return unwrap(schema.unwrap() as z.ZodType, value)
  }
  return [schema]
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key], input)
}
