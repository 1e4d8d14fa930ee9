import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Address, type Bytes32, type DomainName, DomainSyncError } from '@domainsync/core'
import {
  decodeEnvelope,
  decodeRotationStatement,
  encodeRotations,
  type HybridKeys,
  type HybridSigner,
  type Rotation,
  type RotationStatement,
  signRotation,
} from '@domainsync/pq'
import { bestMlDsa, type KeyKind, readKeyIdentity } from '@domainsync/pq/node'
import type { LoadedConfig } from '../config/load-config.ts'
import { readRotations, rotationFile } from '../config/rotation-files.ts'
import { writeNewKey } from './write-new-key.ts'

/** Writes what is missing of the signing keys in a folder. */
export async function writeMissingKeys(
  folder: string,
  { roles, passphrase }: { roles: readonly string[]; passphrase: () => Promise<string> },
): Promise<void> {
  const missing = roles.filter((role) => !existsSync(join(folder, `${role}.json`)))
  if (missing.length === 0) return
  const secret = await passphrase()
  await mkdir(folder, { recursive: true, mode: 0o700 })
  for (const role of missing) await writeNewKey(join(folder, `${role}.json`), { role, passphrase: secret })
}

/** The public halves of the keys in a folder; the old signer where there is none of its own. */
export async function newKeysIn(folder: string, { signer }: { signer: Address | undefined }): Promise<HybridKeys> {
  return {
    pqKeyHash: `0x${await idOf(join(folder, 'release.json'), 'release')}` as Bytes32,
    signer: signer ?? ((await idOf(join(folder, 'signer.json'), 'account')) as Address),
  }
}

async function idOf(path: string, kind: KeyKind): Promise<string> {
  const identity = await readKeyIdentity(path)
  if (identity.kind === kind) return identity.kind === 'account' ? identity.address : identity.keyId
  throw new DomainSyncError('KEY_KIND', `${path} holds a key of kind "${identity.kind}", not "${kind}".`, {
    state: 'Nothing was signed.',
    retryable: false,
  })
}

/**
 * Adds to a domain's list that its old keys name new ones, unless it says so already.
 *
 * @throws DomainSyncError `ROTATION_BREAKS` when the list ends with other keys than the old ones
 */
export async function addRotation(
  domain: DomainName,
  { to, old, config, signal }: { to: HybridKeys; old: HybridSigner; config: LoadedConfig; signal: AbortSignal },
): Promise<{ readonly file: string; readonly added: boolean }> {
  const file = rotationFile(domain, config)
  const rotations = await readRotations(domain, config)
  const last = rotations.at(-1)
  const end = last && statementOf(last).to.pqKeyHash
  if (end === to.pqKeyHash) return { file, added: false }
  if (end !== undefined && end !== `0x${old.pq.keyId}`) throw breaks(domain, { end, old: old.pq.keyId })
  const { chainId, registry } = config.values.network
  const statement = {
    domain,
    chainId,
    registry: registry.toLowerCase() as Address,
    to,
    createdAt: new Date().toISOString(),
  }
  const rotation = await signRotation({ ...old, statement }, { verifyMlDsa: bestMlDsa().verify, signal })
  await writeWhole(file, encodeRotations([...rotations, rotation]))
  return { file, added: true }
}

/** Of our own file; its signatures are the readers' business. */
function statementOf({ envelope }: Rotation): RotationStatement {
  return decodeRotationStatement(decodeEnvelope(envelope).payload)
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const beside = `${path}.${randomBytes(6).toString('hex')}`
  await writeFile(beside, bytes, { flag: 'wx', mode: 0o644 })
  await rename(beside, path)
}

function breaks(domain: string, { end, old }: { end: string; old: string }): DomainSyncError {
  return new DomainSyncError(
    'ROTATION_BREAKS',
    `The keys of ${domain} were exchanged last for ${end}; the release key here is 0x${old}.`,
    {
      state: 'Nothing was signed.',
      next: 'name the newest key as keys.release in the configuration, then rotate',
      retryable: false,
    },
  )
}
