import type { ByteRange } from './conditional.ts'
import type { GatewayRequest } from './reply.ts'
import { Refusal } from './reply.ts'

/** Media types of the two formats. */
export const RAW_TYPE = 'application/vnd.ipld.raw'
export const CAR_TYPE = 'application/vnd.ipld.car'

/** How much of the DAG at the end of the path a CAR holds. */
export type DagScope = 'block' | 'entity' | 'all'

/** `entity-bytes`, as asked: a negative number counts from the end, `*` is the end. */
export interface EntityBytes {
  readonly from: number
  readonly to: number | '*'
}

/** What a trustless request wants. `negotiated`: by Accept alone, so the answer names its own URL. */
export type TrustlessFormat =
  | { readonly kind: 'raw'; readonly negotiated: boolean }
  | {
      readonly kind: 'car'
      readonly negotiated: boolean
      readonly scope: DagScope
      readonly entityBytes: EntityBytes | undefined
    }

/** True when the request names one of the two formats itself; without, a site's own `/ipfs` folder answers. */
export function asksTrustless({ query, headers }: Pick<GatewayRequest, 'query' | 'headers'>): boolean {
  return query.has('format') || [RAW_TYPE, CAR_TYPE].some((type) => headers.accept?.includes(type))
}

/**
 * Reads `format`, `dag-scope`, `entity-bytes`, `car-*` and Accept (trustless gateway specification, "HTTP Request").
 *
 * @throws Refusal 400 for parameters that cannot be read, 406 for formats and CAR variants that are not served.
 */
export function trustlessFormat({ query, headers }: Pick<GatewayRequest, 'query' | 'headers'>): TrustlessFormat {
  const format = query.get('format')
  const accepted = preferred(headers.accept)
  const kind = format ?? accepted?.kind
  if (kind === undefined) {
    if (headers.accept === undefined || headers.accept === '') {
      throw new Refusal(400, 'FORMAT_MISSING', `Ask for "?format=raw" or "?format=car", or send Accept: ${RAW_TYPE}.`)
    }
    throw notServed(headers.accept)
  }
  if (kind !== 'raw' && kind !== 'car') throw notServed(kind)
  const negotiated = format === null
  if (kind === 'raw') return { kind, negotiated }
  checkCarVariant(query, accepted?.kind === 'car' ? accepted.parameters : new Map())
  const entityBytes = parseEntityBytes(query.get('entity-bytes'))
  return { kind, negotiated, scope: entityBytes ? 'entity' : parseScope(query.get('dag-scope')), entityBytes }
}

/** The range of a file of `sizeBytes` that `entity-bytes` means; `undefined` when it is empty or lies outside. */
export function entityRange({ from, to }: EntityBytes, sizeBytes: number): ByteRange | undefined {
  const fromByte = Math.max(from < 0 ? sizeBytes + from : from, 0)
  const last = to === '*' ? sizeBytes - 1 : to < 0 ? sizeBytes + to : to
  const toByte = Math.min(last, sizeBytes - 1)
  return fromByte <= toByte ? { fromByte, toByte } : undefined
}

interface Accepted {
  readonly kind: 'raw' | 'car'
  readonly parameters: ReadonlyMap<string, string>
  readonly quality: number
}

/** The best of the two types that Accept names; wildcards name none. */
function preferred(accept = ''): Accepted | undefined {
  const candidates = accept.split(',').flatMap((part): Accepted[] => {
    const [type = '', ...rest] = part.split(';').map((piece) => piece.trim().toLowerCase())
    const parameters = new Map(rest.map((piece) => piece.split('=', 2) as [string, string]))
    const quality = Number(parameters.get('q') ?? 1)
    if ((type !== RAW_TYPE && type !== CAR_TYPE) || !(quality > 0)) return []
    return [{ kind: type === RAW_TYPE ? 'raw' : 'car', parameters, quality }]
  })
  return candidates.sort((a, b) => b.quality - a.quality)[0]
}

/** CARv1, depth first, each block once. Repeats are refused: a few blocks can repeat without end. */
function checkCarVariant(query: URLSearchParams, parameters: ReadonlyMap<string, string>): void {
  const version = query.get('car-version') ?? parameters.get('version') ?? '1'
  const order = query.get('car-order') ?? parameters.get('order') ?? 'dfs'
  const dups = query.get('car-dups') ?? parameters.get('dups') ?? 'n'
  if (version !== '1') throw new Refusal(400, 'CAR_VERSION_UNSUPPORTED', 'Only CAR version 1 is served.')
  if (order !== 'dfs' && order !== 'unk')
    throw new Refusal(406, 'CAR_ORDER_UNSUPPORTED', 'CARs come in order "dfs" only.')
  if (dups !== 'n') throw new Refusal(406, 'CAR_DUPS_UNSUPPORTED', 'CARs hold each block once ("dups=n") only.')
}

function parseScope(scope: string | null): DagScope {
  if (scope === null) return 'all'
  if (scope === 'block' || scope === 'entity' || scope === 'all') return scope
  throw new Refusal(400, 'DAG_SCOPE_INVALID', 'dag-scope is one of "block", "entity" and "all".')
}

function parseEntityBytes(value: string | null): EntityBytes | undefined {
  if (value === null) return undefined
  const [, from, to] = /^(-?\d{1,15}):(-?\d{1,15}|\*)$/.exec(value) ?? []
  if (from === undefined || to === undefined) {
    throw new Refusal(400, 'ENTITY_BYTES_INVALID', 'entity-bytes is "from:to", numbers or "*" for the end.')
  }
  return { from: Number(from), to: to === '*' ? '*' : Number(to) }
}

function notServed(what: string): Refusal {
  const shown = what.slice(0, 80)
  return new Refusal(
    406,
    'FORMAT_UNSUPPORTED',
    `"${shown}" is not served here; ask for "?format=raw" or "?format=car".`,
  )
}
