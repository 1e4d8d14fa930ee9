import type { Action } from './action.ts'

/** One step of a ladder: an action that may be tried a few times before the next one. */
export interface Rung {
  readonly kind: Action['kind']
  /** What its tries are counted by. */
  readonly subject: string
  readonly tries: number
  readonly what: RungAction
  /** Goes on to the next rung at once when this one worked. */
  readonly instant?: boolean
}

export type RungAction =
  | { readonly kind: 'ready'; readonly action: Action }
  /** There are no means to do it, or it may not be done. */
  | { readonly kind: 'none'; readonly reason: string }
  /** What it would bring about is so already. */
  | { readonly kind: 'met'; readonly reason: string }
  /** An answer is still missing; the rung may become ready. */
  | { readonly kind: 'soon'; readonly reason: string }

/** Nothing but waiting whether it mends itself, or another condition's repair mends it; then a person. */
export function watchRung(reason: string): Rung {
  return { kind: 'page', subject: '', tries: 1, what: { kind: 'soon', reason } }
}

export function ready(action: Action): RungAction {
  return { kind: 'ready', action }
}

export function met(reason: string): RungAction {
  return { kind: 'met', reason }
}

export function soon(reason: string): RungAction {
  return { kind: 'soon', reason }
}

export function none(reason: string): RungAction {
  return { kind: 'none', reason }
}
