import { type Message, RCODE, type ReadRecord } from '../wire/message.ts'
import { readUpdate } from '../wire/update-message.ts'
import { applyUpdate } from './apply-update.ts'
import { HandledUpdates } from './handled-updates.ts'
import type { ServerState } from './state-file.ts'
import type { UpdateKey } from './update-keys.ts'
import type { Zone } from './zone.ts'

/** What a change was about; `changed` is false for an update that found everything in place. */
export interface ZoneChange {
  readonly zone: string
  readonly serial: number
  readonly changed: boolean
}

export type SubmitOutcome =
  | { readonly rcode: typeof RCODE.NOERROR; readonly change: ZoneChange }
  | { readonly rcode: number; readonly change?: undefined }

/** Applies updates one after another; readers see a change only once it is stored. */
export class UpdateQueue {
  readonly handled: HandledUpdates
  readonly #zones: Map<string, Zone>
  readonly #save: (state: ServerState) => Promise<void>
  #last: Promise<unknown> = Promise.resolve()

  constructor(state: ServerState, save: (state: ServerState) => Promise<void>) {
    this.handled = new HandledUpdates(state.handled)
    this.#zones = new Map(state.zones)
    this.#save = save
  }

  get zones(): ReadonlyMap<string, Zone> {
    return this.#zones
  }

  /** Rejects, with nothing changed, when the change could not be stored. */
  submit(message: Message<ReadRecord>, key: UpdateKey): Promise<SubmitOutcome> {
    const done = this.#last.then(() => this.#apply(message, key))
    this.#last = done.catch(() => undefined)
    return done
  }

  /** Resolves when all that was submitted is done. */
  async drain(): Promise<void> {
    await this.#last
  }

  async #apply(message: Message<ReadRecord>, key: UpdateKey): Promise<SubmitOutcome> {
    const update = readUpdate(message)
    if ('refused' in update) return { rcode: update.refused }
    const zone = this.#zones.get(update.zone)
    if (!zone) return { rcode: RCODE.NOTAUTH }
    const outcome = applyUpdate(zone, update, key.names)
    if (!outcome.zone) return { rcode: outcome.rcode }
    const changed = outcome.zone !== zone
    if (changed) {
      const zones = new Map(this.#zones).set(zone.name, outcome.zone)
      await this.#save({ zones, handled: this.handled.snapshot() })
      this.#zones.set(zone.name, outcome.zone)
    }
    return { rcode: RCODE.NOERROR, change: { zone: zone.name, serial: outcome.zone.serial, changed } }
  }
}
