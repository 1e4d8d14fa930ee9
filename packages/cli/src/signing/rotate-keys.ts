import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Address, type Bytes32, type DomainName, DomainSyncError } from '@domainsync/core'
import { writeWhole } from '@domainsync/ipfs-mirror'
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
import { bestMlDsa, type KeyKind, readKeyFile } from '@domainsync/pq/node'
import type { LoadedConfig } from '../config/load-config.ts'
import { readRotations, rotationFile } from '../config/rotation-files.ts'
import { writeNewKey } from './write-new-key.ts'

/** The new signing keys in a folder. */
export interface NewKeys {
  readonly folder: string
  readonly roles: readonly ('release' | 'signer')[]
}

/** Which of them have to be made. */
export function missingKeys({ folder, roles }: NewKeys): readonly string[] {
  return roles.filter((role) => !existsSync(join(folder, `${role}.json`)))
}

/**
 * Makes those that are missing, and opens all of them: old keys sign only for what a passphrase has opened. The old signer stays where
 * there is no new one.
 *
 * @throws KeyFileError; DomainSyncError `KEY_KIND`
 */
export async function openNewKeys(
  { folder, roles }: NewKeys,
  { passphrase, signer }: { passphrase: string; signer: Address },
): Promise<HybridKeys> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  for (const role of missingKeys({ folder, roles }))
    await writeNewKey(join(folder, `${role}.json`), { role, passphrase })
  const pqKeyHash = `0x${await idOf(join(folder, 'release.json'), { kind: 'release', passphrase })}` as Bytes32
  if (!roles.includes('signer')) return { pqKeyHash, signer }
  return { pqKeyHash, signer: (await idOf(join(folder, 'signer.json'), { kind: 'account', passphrase })) as Address }
}

async function idOf(path: string, { kind, passphrase }: { kind: KeyKind; passphrase: string }): Promise<string> {
  const { secret, ...identity } = await readKeyFile(path, { passphrase })
  secret.fill(0)
  if (identity.kind === kind) return identity.kind === 'account' ? identity.address : identity.keyId
  throw new DomainSyncError('KEY_KIND', `${path} holds a key of kind "${identity.kind}", not "${kind}".`, {
    state: 'Nothing was signed.',
    retryable: false,
  })
}

/**
 * Adds to a domain's list that its old keys name new ones, unless it says so already.
 *
 * @throws DomainSyncError `ROTATION_BREAKS` when nothing in the list leads to the old keys, `ROTATIONS_UNWRITABLE`
 */
export async function addRotation(
  domain: DomainName,
  { to, old, config, signal }: { to: HybridKeys; old: HybridSigner; config: LoadedConfig; signal: AbortSignal },
): Promise<{ readonly file: string; readonly added: boolean }> {
  const file = rotationFile(domain, config)
  const rotations = await readRotations(domain, config)
  const steps = rotations.map((rotation) => statementOf(rotation))
  const from = `0x${old.pq.keyId}`
  if (steps.some((step) => step.from.pqKeyHash === from && step.to.pqKeyHash === to.pqKeyHash)) {
    return { file, added: false }
  }
  const known = steps.flatMap((step) => [step.from.pqKeyHash, step.to.pqKeyHash] as string[])
  if (known.length > 0 && !known.includes(from)) throw breaks(domain, { end: known.at(-1)!, old: old.pq.keyId })
  const { chainId, registry } = config.values.network
  const statement = {
    domain,
    chainId,
    registry: registry.toLowerCase() as Address,
    to,
    createdAt: new Date().toISOString(),
  }
  const rotation = await signRotation({ ...old, statement }, { verifyMlDsa: bestMlDsa().verify, signal })
  await writeWhole(file, encodeRotations([...rotations, rotation])).catch((cause: unknown) => {
    throw new DomainSyncError('ROTATIONS_UNWRITABLE', `${file} cannot be written.`, { cause, retryable: false })
  })
  return { file, added: true }
}

/** Of our own file; its signatures are the readers' business. */
function statementOf({ envelope }: Rotation): RotationStatement {
  return decodeRotationStatement(decodeEnvelope(envelope).payload)
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
