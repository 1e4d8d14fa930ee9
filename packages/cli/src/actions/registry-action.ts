import type { Address } from '@domainsync/core'
import type { RegistryCall } from '@domainsync/sdk'
import type { AccountRole } from '../config/account.ts'

/** Somebody who may do it, as the registry has it now. */
export interface Actor {
  readonly role: AccountRole
  readonly address: Address
}

/** One change of a domain in the registry, decided and not yet made. */
export interface RegistryAction {
  readonly call: RegistryCall
  /** Who may make it, in the order in which their keys are looked for. */
  readonly actors: readonly Actor[]
  /** What is asked about and announced: `Pause publishing of bbbhhai.com`. */
  readonly title: string
  /** What is said when it is done. */
  readonly done: readonly string[]
}

/** Nothing is to be done: it is so already. */
export interface NoAction {
  readonly unchanged: string
}
