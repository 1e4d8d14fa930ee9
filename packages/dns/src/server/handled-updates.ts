/** What a signed update was answered with; no answer is known of those from before a restart. */
export interface HandledUpdate {
  /** When its signature is no longer valid. */
  readonly expiresAtSeconds: number
  readonly answer: Promise<Buffer> | undefined
}

/**
 * Signed updates that were handled, by MAC, until their signatures expire. One that comes again (sent twice by a client
 * that heard nothing, or recorded and replayed by someone else) gets the first answer and has no effect: without this, a
 * recorded swap could be replayed after a rollback.
 */
export class HandledUpdates {
  readonly #byMac = new Map<string, HandledUpdate>()

  constructor(stored: ReadonlyMap<string, number>) {
    for (const [mac, expiresAtSeconds] of stored) this.#byMac.set(mac, { expiresAtSeconds, answer: undefined })
  }

  find(mac: Uint8Array): HandledUpdate | undefined {
    return this.#byMac.get(key(mac))
  }

  remember(mac: Uint8Array, update: HandledUpdate, nowSeconds: number): void {
    for (const [known, { expiresAtSeconds }] of this.#byMac) {
      if (expiresAtSeconds < nowSeconds) this.#byMac.delete(known)
    }
    this.#byMac.set(key(mac), update)
  }

  /** MAC → expiry, for the state file. */
  snapshot(): ReadonlyMap<string, number> {
    return new Map([...this.#byMac].map(([mac, { expiresAtSeconds }]) => [mac, expiresAtSeconds]))
  }
}

function key(mac: Uint8Array): string {
  return Buffer.from(mac).toString('base64')
}
