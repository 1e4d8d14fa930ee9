import type { Address, Bytes32 } from '@domainsync/core'

/** Which registry's events. */
export interface CursorName {
  readonly chainId: number
  readonly registry: Address
}

/** The last block whose events were handled. */
export interface Cursor {
  readonly number: number
  readonly hash: Bytes32
}

/** How far each registry's events were read. */
export interface Cursors {
  get(name: CursorName): Promise<Cursor | undefined>
  set(name: CursorName, cursor: Cursor): Promise<void>
}
