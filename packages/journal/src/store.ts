import type { History, Journal, Leases } from '@domainsync/core'
import type { Cursors } from './cursors.ts'
import type { OperationLog } from './operation-log.ts'
import type { Outbox } from './outbox.ts'
import type { TransactionLog } from './transaction-log.ts'

/** Everything that survives a restart, behind one port each. What any store must do stands in `store-conformance.ts`. */
export interface Store extends AsyncDisposable {
  readonly journal: Journal
  readonly operations: OperationLog
  readonly transactions: TransactionLog
  readonly leases: Leases
  readonly history: History
  readonly outbox: Outbox
  readonly cursors: Cursors
  close(): Promise<void>
}
