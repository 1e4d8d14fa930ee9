import * as z from 'zod'
import { malformed } from './backup-error.ts'
import { requireSafePath } from './safe-path.ts'

/** The archive's first file: where everything else goes. */
export const LAYOUT_ENTRY = 'layout.json'
/** The journal's snapshot. */
export const JOURNAL_ENTRY = 'journal.db'
/** CARs of a few megabytes: `blocks/000001.car` … */
export const BLOCKS_FOLDER = 'blocks'
/** The archive's last file: which releases are whole, and who kept them. */
export const CONTENTS_ENTRY = 'contents.json'
/** Version of what an archive holds. */
const VERSION = 1
/** Largest of the two JSON files that is read. */
export const JSON_MAX_BYTES = 16 * 1024 * 1024

const path = z.string().transform(requireSafePath)
const version = z.literal(VERSION)

const layoutSchema = z.strictObject({
  version,
  /** The configuration. */
  config: path,
  /** The journal; null where there was none. */
  journal: path.nullable(),
  /** The publisher's own blocks; null when nodes of that machine kept all releases. */
  publisher: path.nullable(),
  /** Nodes of that machine that kept something. */
  stores: z.array(z.strictObject({ name: z.string(), path })),
  /** Files as they were. */
  files: z.array(z.strictObject({ entry: z.string(), path })),
  /** What commands need and no backup holds. */
  secrets: z.strictObject({ env: z.array(z.string()), files: z.array(z.string()) }),
  /** What lay outside the configuration's folder, and where it is put instead. */
  moved: z.array(z.strictObject({ from: z.string(), path })),
})

const contentsSchema = z.strictObject({
  version,
  releases: z.array(
    z.strictObject({
      root: z.string(),
      /** What its own manifest says, when it has one. */
      domain: z.string().nullable(),
      release: z.number().int().positive().nullable(),
      /** The nodes that kept it; the publisher's blocks when none did. */
      stores: z.array(z.string()),
    }),
  ),
  /** Releases that could not be read whole. */
  missing: z.array(z.strictObject({ root: z.string(), code: z.string() })),
})

/** Where the parts of a backup go, below one folder. */
export type Layout = z.infer<typeof layoutSchema>
/** Which releases a backup holds. */
export type Contents = z.infer<typeof contentsSchema>

export const encodeLayout = (layout: Omit<Layout, 'version'>) => json({ version: VERSION, ...layout })
export const encodeContents = (contents: Omit<Contents, 'version'>) => json({ version: VERSION, ...contents })

/** @throws BackupError `BACKUP_MALFORMED` */
export function decodeLayout(bytes: Uint8Array): Layout {
  const layout = parsed(layoutSchema, { bytes, name: LAYOUT_ENTRY })
  requireApart([
    layout.config,
    ...(layout.journal === null ? [] : [layout.journal]),
    ...(layout.publisher === null ? [] : [layout.publisher]),
    ...[...layout.stores, ...layout.files].map((part) => part.path),
  ])
  return layout
}

/** @throws BackupError `BACKUP_MALFORMED` */
export function decodeContents(bytes: Uint8Array): Contents {
  return parsed(contentsSchema, { bytes, name: CONTENTS_ENTRY })
}

/** No two may be one, and none may lie in another. The configuration is one of the files. */
function requireApart(paths: readonly string[]): void {
  const [config, ...rest] = paths
  if (!rest.includes(config!)) throw malformed('a configuration that is not among its files')
  const all = new Set(rest)
  if (all.size < rest.length) throw malformed('a path twice')
  for (const path of all) {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      if (all.has(path.slice(0, end))) throw malformed(`${JSON.stringify(path)} below a file`)
    }
  }
}

function parsed<T>(schema: z.ZodType<T>, { bytes, name }: { bytes: Uint8Array; name: string }): T {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw malformed(`${name} is not JSON`, cause)
  }
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]!
  throw malformed(`${name}, ${issue.path.join('.') || 'as a whole'}: ${issue.message}`)
}

function json(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`)
}
