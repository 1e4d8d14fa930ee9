import { readFile } from 'node:fs/promises'
import type { Address, Bytes32, DomainName } from '@domainsync/core'
import { writeWhole } from '../files/write-whole.ts'
import { FollowError } from './follow-error.ts'

/** Up to where a domain's events were read. */
export interface FollowCursor {
  readonly number: number
  readonly hash: Bytes32
}

/** A release that was refused for good: fetching it again would end alike. */
export interface RefusedRelease {
  readonly root: string
  readonly code: string
  readonly message: string
}

/** What a mirror remembers of one domain. */
export interface DomainRecord {
  readonly cursor: FollowCursor
  /** Roots that it may have pinned for the domain: written before it pins one, and after it let go of one. */
  readonly roots: readonly string[]
  readonly refused: readonly RefusedRelease[]
  /** Under which quotas and key they were refused. */
  readonly settings: string
  /** Every release that is wanted was held or refused; until something happens there is nothing to do. */
  readonly settled: boolean
}

const SCHEMA = 'domainsync.follow/1'

/** What a mirror remembers over a restart, in one file; each change is durable when it returns. */
export class FollowRecord {
  readonly #path: string
  readonly #registry: { readonly chainId: number; readonly registry: Address }
  readonly #domains: Map<string, DomainRecord>

  private constructor(
    path: string,
    registry: { chainId: number; registry: Address },
    domains: Map<string, DomainRecord>,
  ) {
    this.#path = path
    this.#registry = registry
    this.#domains = domains
  }

  /**
   * Reads the file; a mirror that is new has none.
   *
   * @throws FollowError `FOLLOW_RECORD_MALFORMED`, `FOLLOW_OTHER_REGISTRY`
   */
  static async open(path: string, registry: { chainId: number; registry: Address }): Promise<FollowRecord> {
    const text = await readFile(path, 'utf8').catch((error) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
    if (text === undefined) return new FollowRecord(path, registry, new Map())
    const found = parseRecord(text, path)
    if (found.chainId !== registry.chainId || found.registry !== registry.registry) {
      throw new FollowError(
        'FOLLOW_OTHER_REGISTRY',
        `${path} is of registry ${found.registry} on chain ${found.chainId}; use another folder.`,
        { state: 'Nothing was fetched.', retryable: false },
      )
    }
    return new FollowRecord(path, registry, new Map(Object.entries(found.domains)))
  }

  get domains(): readonly string[] {
    return [...this.#domains.keys()]
  }

  of(domain: string): DomainRecord | undefined {
    return this.#domains.get(domain)
  }

  /** Whether another domain has the root too. */
  isShared(root: string, domain: DomainName): boolean {
    return [...this.#domains].some(([name, { roots }]) => name !== domain && roots.includes(root))
  }

  async set(domain: string, record: DomainRecord | undefined): Promise<void> {
    if (record === undefined) this.#domains.delete(domain)
    else this.#domains.set(domain, record)
    const whole: RecordFile = { schema: SCHEMA, ...this.#registry, domains: Object.fromEntries(this.#domains) }
    await writeWhole(this.#path, Buffer.from(`${JSON.stringify(whole, null, 1)}\n`), { mode: 0o600 })
  }
}

interface RecordFile {
  readonly schema: typeof SCHEMA
  readonly chainId: number
  readonly registry: Address
  readonly domains: Readonly<Record<string, DomainRecord>>
}

function parseRecord(text: string, path: string): RecordFile {
  try {
    const file = JSON.parse(text) as RecordFile
    if (file.schema === SCHEMA && Object.values(file.domains).every(isDomainRecord)) return file
  } catch {
    // It is said below.
  }
  throw new FollowError('FOLLOW_RECORD_MALFORMED', `${path} is no record of a mirror; move it away and follow again.`, {
    state: 'Nothing was fetched.',
    retryable: false,
  })
}

function isDomainRecord({ cursor, roots, refused, settings, settled }: DomainRecord): boolean {
  return (
    Number.isSafeInteger(cursor.number) &&
    typeof cursor.hash === 'string' &&
    typeof settings === 'string' &&
    [roots, refused].every(Array.isArray) &&
    typeof settled === 'boolean'
  )
}
