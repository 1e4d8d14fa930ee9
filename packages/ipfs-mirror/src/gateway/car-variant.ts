import { Refusal } from './reply.ts'

/** Parameters of a CAR's media type, and of a URL with `car-` before them. */
const PARAMETERS = ['version', 'order', 'dups'] as const

/** How a CAR is to be written, as far as it was asked: by the URL, which comes first, or by Accept. */
export type CarVariant = Partial<Record<(typeof PARAMETERS)[number], string>>

export function carVariant(query: URLSearchParams, accepted: ReadonlyMap<string, string>): CarVariant {
  const asked = PARAMETERS.map((name) => [name, query.get(`car-${name}`) ?? accepted.get(name)])
  return Object.fromEntries(asked.filter(([, value]) => value !== undefined))
}

/** Adds to a URL's query what Accept alone said. */
export function addCarVariant(query: URLSearchParams, variant: CarVariant): void {
  for (const name of PARAMETERS) if (variant[name] !== undefined) query.set(`car-${name}`, variant[name])
}

/**
 * Why a CAR cannot be written so; `undefined` when it can. There is CARv1, depth first, each block once. Repeats are refused: a
 * few blocks can repeat without end.
 */
export function variantFault({ version = '1', order = 'dfs', dups = 'n' }: CarVariant): Refusal | undefined {
  if (version !== '1') return new Refusal(400, 'CAR_VERSION_UNSUPPORTED', 'Only CAR version 1 is served.')
  if (order !== 'dfs' && order !== 'unk') {
    return new Refusal(406, 'CAR_ORDER_UNSUPPORTED', 'CARs come in order "dfs" only.')
  }
  if (dups !== 'n') return new Refusal(406, 'CAR_DUPS_UNSUPPORTED', 'CARs hold each block once ("dups=n") only.')
  return undefined
}
