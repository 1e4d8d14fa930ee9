import { parseDomainName } from './domain-name.ts'
import { DomainSyncError } from './domain-sync-error.ts'
import { RELEASE_FILE, type ReleaseFile, type ReleaseStatement } from './release.ts'

/** DSSE payload type of a release. */
export const RELEASE_PAYLOAD_TYPE = 'application/vnd.in-toto+json'
const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1'
const PREDICATE_TYPE = 'urn:domainsync:release:v1'

/**
 * The in-toto Statement v1 of a release as UTF-8 JSON: the bytes that are signed. Files are sorted here, so equal input
 * gives equal bytes.
 */
export function encodeReleaseStatement({ files, ...predicate }: ReleaseStatement): Uint8Array {
  const { domain, release, content, chainId, registry, previous, createdAt } = predicate
  const statement = {
    _type: STATEMENT_TYPE,
    subject: [...files].sort(byPath).map(({ path, sha256 }) => ({ name: path, digest: { sha256 } })),
    predicateType: PREDICATE_TYPE,
    predicate: { domain, release, content, chainId, registry, previous, createdAt },
  }
  return new TextEncoder().encode(JSON.stringify(statement))
}

/**
 * Reads a statement whose signatures were verified before.
 *
 * @throws DomainSyncError `RELEASE_MALFORMED` naming the first field that is wrong.
 */
export function decodeReleaseStatement(bytes: Uint8Array): ReleaseStatement {
  const statement = parseJson(bytes)
  expect(statement._type === STATEMENT_TYPE, '_type')
  expect(statement.predicateType === PREDICATE_TYPE, 'predicateType')
  const predicate = record(statement.predicate, 'predicate')
  const { domain, release, content, chainId, registry, previous, createdAt } = predicate
  expect(typeof domain === 'string' && isDomainName(domain), 'predicate.domain')
  expect(isCount(release), 'predicate.release')
  expect(isCount(chainId), 'predicate.chainId')
  expect(typeof content === 'string', 'predicate.content')
  expect(typeof registry === 'string' && /^0x[0-9a-f]{40}$/.test(registry), 'predicate.registry')
  expect(previous === null || typeof previous === 'string', 'predicate.previous')
  expect(typeof createdAt === 'string' && !Number.isNaN(Date.parse(createdAt)), 'predicate.createdAt')
  return {
    domain,
    release,
    content,
    chainId,
    registry: registry as ReleaseStatement['registry'],
    previous,
    createdAt,
    files: decodeFiles(statement.subject),
  }
}

function decodeFiles(subject: unknown): ReleaseFile[] {
  expect(Array.isArray(subject), 'subject')
  const files = subject.map((entry, index): ReleaseFile => {
    const { name, digest } = record(entry, `subject[${index}]`)
    const { sha256 } = record(digest, `subject[${index}].digest`)
    expect(typeof name === 'string' && isFilePath(name), `subject[${index}].name`)
    expect(typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256), `subject[${index}].digest.sha256`)
    return { path: name, sha256 }
  })
  for (const [index, file] of files.entries()) {
    const before = files[index - 1]
    expect(before === undefined || byPath(before, file) < 0, `subject[${index}].name (sorted, unique)`)
    expect(file.path !== RELEASE_FILE, `subject[${index}].name (${RELEASE_FILE})`)
  }
  return files
}

/** Bytewise order of the paths' UTF-8, which is the order of their code points. */
export function byPath({ path: a }: Pick<ReleaseFile, 'path'>, { path: b }: Pick<ReleaseFile, 'path'>): number {
  if (a === b) return 0
  const left = [...a]
  const right = [...b]
  for (let i = 0; i < left.length && i < right.length; i++) {
    const difference = left[i]!.codePointAt(0)! - right[i]!.codePointAt(0)!
    if (difference !== 0) return difference
  }
  return left.length - right.length
}

function isFilePath(path: string): boolean {
  return path.split('/').every((name) => name !== '' && name !== '.' && name !== '..') && !path.includes('\0')
}

function isDomainName(name: string): boolean {
  try {
    return parseDomainName(name) === name
  } catch {
    return false
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0
}

function parseJson(bytes: Uint8Array): Record<string, unknown> {
  try {
    return record(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)), 'statement')
  } catch (cause) {
    if (cause instanceof DomainSyncError) throw cause
    throw malformed('it is not JSON', cause)
  }
}

function record(value: unknown, where: string): Record<string, unknown> {
  expect(typeof value === 'object' && value !== null && !Array.isArray(value), where)
  return value as Record<string, unknown>
}

function expect(condition: boolean, where: string): asserts condition {
  if (!condition) throw malformed(`${where} is missing or wrong`)
}

function malformed(what: string, cause?: unknown): DomainSyncError {
  return new DomainSyncError('RELEASE_MALFORMED', `The release statement cannot be read: ${what}.`, {
    cause,
    retryable: false,
  })
}
