import { writeFile } from 'node:fs/promises'
import { readKeyFile } from '../../packages/pq/dist/node/index.js'
import { sealKey } from '../../packages/pq/dist/node/key-file-cipher.js'
import { encodeKeyFile } from '../../packages/pq/dist/node/key-file-format.js'

/** Least that argon2id may cost (RFC 9106 §3.1). */
const COST = { memoryKiB: 8, passes: 1, parallelism: 1 }

/** Writes a key file anew so that opening it takes no time: processes of tests open the same one hundreds of times. */
export async function cheapenKeyFile(path: string, passphrase: string): Promise<void> {
  const { secret, ...identity } = await readKeyFile(path, { passphrase })
  const sealed = await sealKey(secret, { identity, passphrase, cost: COST })
  await writeFile(path, encodeKeyFile(sealed), { mode: 0o600 })
}
