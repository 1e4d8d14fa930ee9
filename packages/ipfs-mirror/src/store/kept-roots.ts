import type { CID } from 'multiformats/cid'
import type { RootStatement } from './root-statement.ts'

/** The roots that a log's statements, so far, keep. */
export class KeptRoots {
  readonly pins = new Map<string, CID>()
  readonly leases = new Map<string, { readonly root: CID; readonly until: number }>()

  apply(statement: RootStatement): void {
    const { root } = statement
    const key = root.toString()
    switch (statement.kind) {
      case 'pin':
        this.pins.set(key, root)
        return
      case 'unpin':
        this.pins.delete(key)
        return
      case 'lease':
        this.leases.set(key, { root, until: statement.until })
    }
  }

  /** Statements that say the same as all so far. */
  *statements(): Generator<RootStatement> {
    for (const root of this.pins.values()) yield { kind: 'pin', root }
    for (const { root, until } of this.leases.values()) yield { kind: 'lease', root, until }
  }

  /** Statements after which a log that says `other` says the same as this. Leases that have ended are left out. */
  *since(other: KeptRoots, now: number): Generator<RootStatement> {
    for (const [key, root] of other.pins) if (!this.pins.has(key)) yield { kind: 'unpin', root }
    for (const statement of this.statements()) {
      const key = statement.root.toString()
      if (statement.kind === 'pin' && !other.pins.has(key)) yield statement
      if (statement.kind !== 'lease' || statement.until <= now) continue
      if (other.leases.get(key)?.until !== statement.until) yield statement
    }
  }
}
