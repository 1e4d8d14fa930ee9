import { type Accepted, readAccept } from './accept.ts'
import { type CarVariant, carVariant, variantFault } from './car-variant.ts'
import type { ByteRange } from './conditional.ts'
import type { GatewayRequest } from './reply.ts'
import { Refusal } from './reply.ts'

/** Media types of the two formats. */
export const RAW_TYPE = 'application/vnd.ipld.raw'
export const CAR_TYPE = 'application/vnd.ipld.car'
/** A signed IPNS record, which is known and not served. */
const RECORD_TYPE = 'application/vnd.ipfs.ipns-record'
const VERIFIABLE = [RAW_TYPE, CAR_TYPE, RECORD_TYPE]

/** How much of the DAG at the end of the path a CAR holds. */
export type DagScope = 'block' | 'entity' | 'all'

/** `entity-bytes`, as asked: a negative number counts from the end, `*` is the end. */
export interface EntityBytes {
  readonly from: number
  readonly to: number | '*'
}

/** What a trustless request wants. */
export type TrustlessFormat =
  | { readonly kind: 'raw' }
  | {
      readonly kind: 'car'
      readonly variant: CarVariant
      readonly scope: DagScope
      readonly entityBytes: EntityBytes | undefined
    }

type Asking = Pick<GatewayRequest, 'query' | 'headers'>

/** True when the request names a verifiable format itself; without, a site's own `/ipfs` and `/ipns` folders answer. */
export function asksTrustless({ query, headers }: Asking): boolean {
  return query.has('format') || readAccept(headers.accept).some(({ type }) => VERIFIABLE.includes(type))
}

/**
 * Reads `format`, `dag-scope`, `entity-bytes`, `car-*` and Accept (trustless gateway specification, "HTTP Request").
 *
 * @throws Refusal 400 for parameters that cannot be read, 406 for formats and CAR variants that are not served.
 */
export function trustlessFormat({ query, headers }: Asking): TrustlessFormat {
  const choices = choicesOf({ query, headers })
  const fault = (choice: Choice) => (choice.kind === 'car' ? variantFault(choice.variant) : undefined)
  const [first] = choices
  if (first === undefined) throw noneServed({ query, headers })
  const choice = choices.find((one) => fault(one) === undefined)
  if (choice === undefined) throw fault(first)
  if (choice.kind === 'raw') return choice
  const scope = parseScope(query.get('dag-scope'))
  const entityBytes = parseEntityBytes(query.get('entity-bytes'))
  return { ...choice, scope: entityBytes ? 'entity' : scope, entityBytes }
}

/** The range of a file of `sizeBytes` that `entity-bytes` means; `undefined` when it is empty or lies outside. */
export function entityRange({ from, to }: EntityBytes, sizeBytes: number): ByteRange | undefined {
  const fromByte = Math.max(from < 0 ? sizeBytes + from : from, 0)
  const last = to === '*' ? sizeBytes - 1 : to < 0 ? sizeBytes + to : to
  const toByte = Math.min(last, sizeBytes - 1)
  return fromByte <= toByte ? { fromByte, toByte } : undefined
}

type Choice = { readonly kind: 'raw' } | { readonly kind: 'car'; readonly variant: CarVariant }

/** What the request takes of what there is, the most wanted first. `format` comes before Accept; wildcards name nothing. */
function choicesOf({ query, headers }: Asking): Choice[] {
  const accepted = readAccept(headers.accept)
  const car = ({ parameters }: Accepted): Choice => ({ kind: 'car', variant: carVariant(query, parameters) })
  const cars = accepted.filter(({ type }) => type === CAR_TYPE)
  switch (query.get('format')) {
    case 'raw':
      return [{ kind: 'raw' }]
    case 'car':
      return cars.length > 0 ? cars.map(car) : [{ kind: 'car', variant: carVariant(query, new Map()) }]
    case null:
      return accepted.flatMap((one) =>
        one.type === RAW_TYPE ? [{ kind: 'raw' }] : cars.includes(one) ? [car(one)] : [],
      )
    default:
      return []
  }
}

function noneServed({ query, headers }: Asking): Refusal {
  const format = query.get('format')
  // curl sends "*/*" by itself.
  const namesOne = readAccept(headers.accept).some(({ type }) => type !== '*/*')
  const wanted = format ?? (namesOne ? headers.accept! : '')
  if (wanted === '') {
    return new Refusal(400, 'FORMAT_MISSING', `Ask for "?format=raw" or "?format=car", or send Accept: ${RAW_TYPE}.`)
  }
  if (format === 'ipns-record' || (format === null && wanted.includes(RECORD_TYPE))) {
    return new Refusal(400, 'IPNS_NOT_SERVED', 'An IPNS record is of a name under /ipns/, and none is served here.')
  }
  const sentence = `"${wanted.slice(0, 80)}" is not served here; ask for "?format=raw" or "?format=car".`
  return new Refusal(406, 'FORMAT_UNSUPPORTED', sentence)
}

function parseScope(scope: string | null): DagScope {
  if (scope === null) return 'all'
  if (scope === 'block' || scope === 'entity' || scope === 'all') return scope
  throw new Refusal(400, 'DAG_SCOPE_INVALID', 'dag-scope is one of "block", "entity" and "all".')
}

/** As many digits as 64 bits have; what lies beyond the file needs no more precision than a `number` has. */
function parseEntityBytes(value: string | null): EntityBytes | undefined {
  if (value === null) return undefined
  const [, from, to] = /^(-?\d{1,19}):(-?\d{1,19}|\*)$/.exec(value) ?? []
  if (from === undefined || to === undefined) {
    throw new Refusal(400, 'ENTITY_BYTES_INVALID', 'entity-bytes is "from:to", numbers or "*" for the end.')
  }
  return { from: Number(from), to: to === '*' ? '*' : Number(to) }
}
