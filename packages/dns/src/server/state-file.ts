import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DnsError } from '../dns-error.ts'
import { TYPE } from '../wire/message.ts'
import { canonicalName, isWithin } from '../wire/name.ts'
import { setAt, withSerial, withSet, type Zone } from './zone.ts'

/** What updates changed, and outlives a restart: per zone the serial and the TXT sets that keys may write. */
interface StoredState {
  readonly version: 1
  readonly zones: Readonly<Record<string, StoredZone>>
  /** Updates that were handled, by their MAC; the time is when their signature expires, in seconds since 1970. */
  readonly handled: Readonly<Record<string, number>>
}

interface StoredZone {
  readonly serial: number
  readonly texts: Readonly<Record<string, { readonly ttlSeconds: number; readonly values: readonly string[] }>>
}

/** Zones and handled updates, as they are read and written together. */
export interface ServerState {
  readonly zones: ReadonlyMap<string, Zone>
  readonly handled: ReadonlyMap<string, number>
}

/**
 * Lays what was stored over the configured zones. A name that no key may write any more has its configured records back.
 *
 * @throws DnsError `DNS_STATE_CORRUPT`
 */
export async function loadState(
  path: string,
  zones: ReadonlyMap<string, Zone>,
  names: ReadonlySet<string>,
): Promise<ServerState> {
  const stored = await readStored(path)
  if (!stored) return { zones, handled: new Map() }
  const merged = new Map(zones)
  for (const [name, zone] of zones) {
    const own = stored.zones[name]
    if (!own) continue
    let next = withSerial(zone, Math.max(zone.serial, own.serial))
    for (const [owner, { ttlSeconds, values }] of Object.entries(own.texts)) {
      if (!names.has(canonicalName(owner))) continue
      const bytes = values.map((value) => Uint8Array.from(Buffer.from(value, 'base64')))
      next = withSet(next, owner, { type: TYPE.TXT, ttlSeconds, values: bytes })
    }
    merged.set(name, next)
  }
  return { zones: merged, handled: new Map(Object.entries(stored.handled)) }
}

/** Writes the state whole or not at all; when this returns, it survives a power cut. */
export async function saveState(
  path: string,
  { zones, handled }: ServerState,
  { names, configured }: { names: ReadonlySet<string>; configured: ReadonlyMap<string, Zone> },
): Promise<void> {
  const state: StoredState = {
    version: 1,
    zones: Object.fromEntries([...zones].map(([name, zone]) => [name, storedZone(zone, configured.get(name)!, names)])),
    handled: Object.fromEntries(handled),
  }
  const temporary = `${path}.new`
  const file = await open(temporary, 'w', 0o600)
  try {
    await file.writeFile(`${JSON.stringify(state, undefined, 2)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
  const folder = await open(dirname(path), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Makes the folder of the state file. */
export async function prepareFolder(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
}

/** Only what differs from the configuration: a name that was never updated follows it. */
function storedZone(zone: Zone, configured: Zone, names: ReadonlySet<string>): StoredZone {
  const texts: Record<string, { ttlSeconds: number; values: string[] }> = {}
  for (const name of names) {
    const set = setAt(zone, name, TYPE.TXT)
    if (!isWithin(name, zone.name) || set === setAt(configured, name, TYPE.TXT)) continue
    const values = (set?.values ?? []).map((value) => Buffer.from(value).toString('base64'))
    texts[name] = { ttlSeconds: set?.ttlSeconds ?? 0, values }
  }
  return { serial: zone.serial, texts }
}

async function readStored(path: string): Promise<StoredState | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  try {
    const state = JSON.parse(text) as unknown
    if (isStoredState(state)) return state
  } catch (cause) {
    throw corrupt(path, cause)
  }
  throw corrupt(path)
}

function isStoredState(value: unknown): value is StoredState {
  if (!isRecord(value) || value.version !== 1 || !isRecord(value.zones) || !isRecord(value.handled)) return false
  if (!Object.values(value.handled).every(Number.isSafeInteger)) return false
  return Object.values(value.zones).every(
    (zone) =>
      isRecord(zone) &&
      Number.isSafeInteger(zone.serial) &&
      isRecord(zone.texts) &&
      Object.values(zone.texts).every(isTexts),
  )
}

function isTexts(value: unknown): boolean {
  if (!isRecord(value) || !Number.isSafeInteger(value.ttlSeconds) || !Array.isArray(value.values)) return false
  return value.values.every((text) => typeof text === 'string')
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function corrupt(path: string, cause?: unknown): DnsError {
  return new DnsError(
    'DNS_STATE_CORRUPT',
    `${path} is not the DNS server's state; move it away to start from the configuration.`,
    {
      cause,
      retryable: false,
    },
  )
}
