import type { Severity } from '@domainsync/core'

/** One idempotent repair, decided and not yet done. Roots are CID strings. */
export type Action = AdditiveAction | PointerAction | PublishBlock | MessageAction

/** Adds copies; allowed while frozen, since it can take nothing from a reader. */
export type AdditiveAction =
  | { readonly kind: 'restart'; readonly replica: string }
  | { readonly kind: 'raise'; readonly offline: string; readonly replicas: readonly string[]; readonly root: string }
  | { readonly kind: 'repin'; readonly replica: string; readonly root: string }
  | { readonly kind: 'reupload'; readonly replica: string; readonly root: string }
  | { readonly kind: 'spareProvider'; readonly replica: string; readonly spare: string; readonly root: string }
  | { readonly kind: 'redeploy'; readonly replicas: readonly string[]; readonly root: string }

/** Moves or writes a pointer (chain or DNS); blocked by every freeze. `expectedSeq` is the fence it was planned at. */
export type PointerAction =
  | {
      readonly kind: 'swapDns'
      readonly expected: string | undefined
      readonly next: string
      readonly expectedSeq: number
    }
  | { readonly kind: 'pausePublishing'; readonly expectedSeq: number }
  | { readonly kind: 'rollback'; readonly release: number; readonly root: string; readonly expectedSeq: number }
  | { readonly kind: 'keep'; readonly release: number; readonly root: string; readonly expectedSeq: number }
  | { readonly kind: 'logHealthFailure'; readonly root: string; readonly expectedSeq: number }
  /** Hands a signed release that DNS names, and the chain does not yet, to whoever may publish it. */
  | { readonly kind: 'requestPublish'; readonly release: number; readonly root: string; readonly expectedSeq: number }

/** Stops or lets go the publisher in the journal, without a transaction. */
export type PublishBlock = { readonly kind: 'blockPublishing' } | { readonly kind: 'unblockPublishing' }

/** Tells people. The same key is delivered once. */
export interface MessageAction {
  readonly kind: 'notify' | 'page'
  readonly key: string
  readonly severity: Severity
  readonly title: string
  readonly text: string
}

export type ActionKind = Action['kind']

const POINTER_KINDS: ReadonlySet<ActionKind> = new Set<PointerAction['kind']>([
  'swapDns',
  'pausePublishing',
  'rollback',
  'keep',
  'logHealthFailure',
  'requestPublish',
])

/** What counts against the hourly cap of repairs. Keeping a release and telling people do not. */
const REPAIR_KINDS: ReadonlySet<string> = new Set<ActionKind>([
  'restart',
  'raise',
  'repin',
  'reupload',
  'spareProvider',
  'redeploy',
  'swapDns',
  'pausePublishing',
  'rollback',
])

export function isPointerAction(action: Action): action is PointerAction {
  return POINTER_KINDS.has(action.kind)
}

export function isMessage(action: Action): action is MessageAction {
  return action.kind === 'notify' || action.kind === 'page'
}

export function isRepair(kind: string): boolean {
  return REPAIR_KINDS.has(kind)
}

/** What an action is about, so that tries of the same repair can be counted: a replica, or empty for the domain. */
export function actionSubject(action: Action): string {
  switch (action.kind) {
    case 'restart':
    case 'repin':
    case 'reupload':
    case 'spareProvider':
      return action.replica
    case 'raise':
      return action.offline
    case 'keep':
      return String(action.release)
    case 'requestPublish':
      return action.root
    case 'notify':
    case 'page':
      return action.key
    case 'redeploy':
    case 'swapDns':
    case 'pausePublishing':
    case 'rollback':
    case 'logHealthFailure':
    case 'blockPublishing':
    case 'unblockPublishing':
      return ''
  }
}
