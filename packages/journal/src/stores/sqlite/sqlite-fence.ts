import { type DomainName, domainId } from '@domainsync/core'
import { JournalError } from '../../journal-error.ts'
import { parseStepKey } from '../../step-key.ts'
import type { Sql } from './sqlite-database.ts'

/** Makes the domain's row, which holds its lease. */
export function ensureDomain(sql: Sql, name: string): void {
  sql.run(
    'INSERT INTO domain (id, name) VALUES (?, ?) ON CONFLICT (name) DO NOTHING',
    domainId(name as DomainName),
    name,
  )
}

/**
 * Refuses a write made under an older lease than the domain's, or than the one that has taken the operation over.
 * Epoch 0 means without a lease: then only the operation's own epoch counts.
 */
export function fence(sql: Sql, domain: string, epochs: { epoch: number; operationEpoch: number }): void {
  const current = Number(sql.row('SELECT lease_epoch FROM domain WHERE name = ?', domain)?.lease_epoch ?? 0)
  const { epoch, operationEpoch } = epochs
  if (epoch >= operationEpoch && (epoch === 0 || epoch >= current)) return
  throw new JournalError(
    'LEASE_LOST',
    `The lease of ${domain} went to another process (epoch ${Math.max(current, operationEpoch)}, this one's is ${epoch}); that one goes on.`,
    { state: 'Nothing was written.', retryable: false },
  )
}

/** The same for a write that names a step; a step of no known operation is not fenced. */
export function fenceStep(sql: Sql, stepKey: string, epoch: number | undefined): void {
  const row = sql.row('SELECT domain, epoch FROM op WHERE id = ?', parseStepKey(stepKey).operationId)
  if (!row) return
  const operationEpoch = Number(row.epoch)
  fence(sql, String(row.domain), { epoch: epoch ?? operationEpoch, operationEpoch })
}
