import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type WriteKeyFileOptions, writeKeyFile } from '../node/write-key-file.ts'

/** 32 bytes as good as random, the same each time. */
export function randomSecret(name: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(name).digest())
}

/** An account key to write. */
export const secret = randomSecret('an account key')
export const passphrase = 'correct horse battery staple'
export const account: WriteKeyFileOptions = { kind: 'account', secret, passphrase }

/** The JSON of a key file, loosely: tests put anything into it. */
export interface KeyFileJson {
  [key: string]: unknown
  kdf: Record<string, unknown>
  cipher: Record<string, unknown>
  ciphertext: string
}

/** A new folder in the machine's temporary one; the caller removes it. */
export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'key-file-'))
}

/** The text of a good file of {@link account}. Each costs a key derivation. */
export async function keyFileText(): Promise<string> {
  const folder = await temporaryFolder()
  try {
    await writeKeyFile(join(folder, 'key'), account)
    return await readFile(join(folder, 'key'), 'utf8')
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** A key file with other values and its checksum right again: what an attacker writes, not what damage leaves. */
export function forgeKeyFile(text: string, change: (file: KeyFileJson) => void): string {
  const file = JSON.parse(text) as KeyFileJson
  change(file)
  const { ciphertext, checksum: _, ...header } = file
  const hash = createHash('sha256').update(JSON.stringify(header)).update(Buffer.from(ciphertext, 'hex'))
  return JSON.stringify({ ...header, ciphertext, checksum: hash.digest('hex') })
}
