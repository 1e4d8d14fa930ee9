import { DomainSyncError, errorCode, utcTime } from '@domainsync/core'
import type { ErrorDescription } from 'ethers'
import { registryInterface } from '../chain/registry-interface.ts'

/** What each of the registry's errors says to a person. `REGISTRY_REVERTED` is for data that is none of them. */
const SENTENCES = {
  BadName: ([name]) =>
    `The registry does not take the name "${name}": lower-case letters, digits and hyphens in DNS lengths.`,
  AlreadyRegistered: () => 'The domain is registered already.',
  NotRegistered: () => 'The domain is not registered; run "domainsync register" first.',
  NotAuthorized: ([, caller]) => `The key ${caller} may not do this for the domain; "domainsync roles" says who may.`,
  SharedRole: ([account]) => `Publisher and healer must be two keys, and a domain cannot be its own feed (${account}).`,
  BadAttestation: ([good, required]) =>
    `The first ${good} of the registrar signatures are good, ${required} must be: the next is missing, by nobody who is a registrar, made for other arguments, another chain or registry, or not in ascending order of the signers.`,
  BadSignature: ([signer]) => `The signature is not that of ${signer}.`,
  Expired: ([deadline, time]) => `The deadline ${deadline} has passed (it is ${time}); sign again with a later one.`,
  StaleSeq: ([expected, actual]) =>
    `The domain changed meanwhile: seq is ${actual}, not ${expected}; read it again and decide anew.`,
  LanePaused: ([, paused]) => `${lanes(paused)} for this domain; the owner unpauses it.`,
  ZeroHash: () => 'The digest is zero; give the root of a release.',
  EvictsLive: ([live]) =>
    `The next release would overwrite release ${live}, which is live; the healer or the owner keeps it first.`,
  NotStable: ([release]) => `Release ${release} is gone, quarantined, or not older than the live one.`,
  NotNewer: ([release, kept]) => `Release ${release} is not newer than ${kept}, which is kept already.`,
  TooEarly: ([notBefore, time]) =>
    `It is too early: possible from ${utcTime(Number(notBefore) * 1_000)} on; the chain's time is ${utcTime(Number(time) * 1_000)}.`,
  TrustMismatch: () => 'The trust given is not the one that was proposed.',
  IncompleteTrust: () => 'Owner, signer and the hash of the post-quantum key must all be given.',
  NoPendingTrust: () => 'Nothing is proposed for this domain.',
  ReclaimPending: () => 'A reclaim of the domain is pending; its owner objects to that first.',
  BadQuorum: ([registrars, quorum]) => `A quorum of ${quorum} cannot be had from ${registrars} registrars.`,
} satisfies Record<string, (args: readonly unknown[]) => string>

type RegistryErrorName = keyof typeof SENTENCES

/** The Solidity name of an error as a stable code: `StaleSeq` → `STALE_SEQ`. */
export type RegistryErrorCode = SnakeCase<RegistryErrorName> | 'REGISTRY_REVERTED'

type SnakeCase<Name extends string> = Name extends `${infer Head}${infer Tail}`
  ? Tail extends Uncapitalize<Tail>
    ? `${Uppercase<Head>}${SnakeCase<Tail>}`
    : `${Uppercase<Head>}_${SnakeCase<Tail>}`
  : ''

/** The registry refused a call. Trying again, unchanged, cannot help. */
export class RegistryError extends DomainSyncError {
  declare readonly code: RegistryErrorCode
  /** The Solidity error's name; `undefined` when the data is none of the registry's. */
  readonly errorName: string | undefined
  /** Its arguments in order, numbers as bigint. */
  readonly args: readonly unknown[]

  constructor(description: ErrorDescription | null, { cause }: { cause?: unknown } = {}) {
    const known = description !== null && isKnown(description.name) ? description.name : undefined
    const args: readonly unknown[] = description === null ? [] : [...description.args]
    const code = known === undefined ? 'REGISTRY_REVERTED' : snakeCase(known)
    const message =
      known === undefined ? 'The registry refused the call without one of its own errors.' : SENTENCES[known](args)
    super(code, message, { cause, state: 'Nothing changed on chain.', retryable: false })
    this.errorName = description?.name
    this.args = args
  }
}

/**
 * What a failed call of the registry means: a {@link RegistryError} when there is a revert anywhere in the error (ours,
 * ethers', a JSON-RPC error, or the bare data), otherwise the error itself, or `UNEXPECTED` around what is no such error.
 */
export function decodeRegistryError(error: unknown): DomainSyncError {
  if (error instanceof RegistryError) return error
  const data = revertData(error)
  if (data !== undefined) return new RegistryError(parse(data), { cause: error })
  if (error instanceof DomainSyncError) return error
  return new DomainSyncError(errorCode(error), error instanceof Error ? error.message : String(error), { cause: error })
}

function parse(data: string): ErrorDescription | null {
  try {
    return registryInterface.parseError(data)
  } catch {
    return null
  }
}

/** Looks through the places where libraries keep a revert's data. */
function revertData(error: unknown, depth = 0): string | undefined {
  if (typeof error === 'string') return /^0x[0-9a-f]{8}([0-9a-f]{2})*$/i.test(error) ? error : undefined
  if (typeof error !== 'object' || error === null || depth > 6) return undefined
  const inner = error as Record<string, unknown>
  for (const key of ['data', 'error', 'info', 'cause']) {
    const found = revertData(inner[key], depth + 1)
    if (found !== undefined) return found
  }
  return undefined
}

function isKnown(name: string): name is RegistryErrorName {
  return Object.hasOwn(SENTENCES, name)
}

function snakeCase(name: RegistryErrorName): RegistryErrorCode {
  return name.replace(/(?!^)[A-Z]/g, (letter) => `_${letter}`).toUpperCase() as RegistryErrorCode
}

function lanes(paused: unknown): string {
  const bits = Number(paused)
  if ((bits & 4) !== 0) return 'The domain lives in a feed, so direct changes are off'
  return bits === 3 ? 'Publishing and healing are paused' : bits === 2 ? 'Healing is paused' : 'Publishing is paused'
}
