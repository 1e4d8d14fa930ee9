import {
  type Address,
  type BlockSource,
  type Bytes32,
  type CallOptions,
  type DomainState,
  RELEASE_FILE,
  type ReleaseStatement,
  rawCidFromSha256,
  rootFromHash,
  SPKI_FILE,
  type Trust,
} from '@domainsync/core'
import { ENVELOPE_MAX_BYTES, type MlDsaVerify, verifyRelease } from '@domainsync/pq'
import { hexToBytes } from '@noble/hashes/utils.js'
import type { CID } from 'multiformats/cid'
import { loadBlock } from '../blocks/load-block.ts'
import { DagError } from '../unixfs/dag-error.ts'
import { readFileBytes } from '../unixfs/read-file.ts'
import { resolvePath } from '../unixfs/resolve-path.ts'
import { type Check, passed } from './check.ts'
import { checkPinnedKey } from './check-pinned-key.ts'
import { rootError, VerifyError } from './verify-error.ts'

export interface VerifyRootInput extends CallOptions {
  /** State of the domain, read by the reader itself from a chain and registry of its own choice. */
  readonly state: Pick<DomainState, 'domain' | 'head' | 'trust'>
  readonly chainId: number
  readonly registry: string
  readonly source: BlockSource
  /** Another root than the live one: that of an older release, or of one that is not on chain yet. */
  readonly root?: CID | undefined
  /** Its number; the live one's by default. */
  readonly release?: number | undefined
  /** The trust of that release; that of the live one by default. */
  readonly trust?: Trust | undefined
  /** The native backend of `@domainsync/pq/node`, where it can be had; noble's by default. */
  readonly verifyMlDsa?: MlDsaVerify | undefined
  /** SHA-256 of the release key (SubjectPublicKeyInfo) that the reader pinned: the signing key, or one that leads to it. */
  readonly pinnedKey?: Bytes32 | undefined
  /** Told of every check that passed. */
  readonly onCheck?: ((check: Check) => void) | undefined
}

/** A root whose statement is signed as the chain demands. */
export interface VerifiedManifest {
  readonly root: CID
  readonly statement: ReleaseStatement
  /** The bytes of `release.json`. */
  readonly envelope: Uint8Array
}

/**
 * Steps 3 to 5: fetches manifest and key out of the root, every block hashed, verifies both signatures under the trust given,
 * and only then reads the statement and compares domain, release, chain and registry.
 *
 * @throws VerifyError `ROOT_UNVERIFIABLE`, `ROOT_UNAVAILABLE`
 */
export async function verifyManifest(input: VerifyRootInput): Promise<VerifiedManifest> {
  const { state, source, verifyMlDsa, onCheck, signal, timeoutMs } = input
  const root = input.root ?? rootFromHash(state.head.ipfsHash)
  const trust = input.trust ?? state.trust
  const call = { signal, timeoutMs }

  const { envelope, spki } = await guard(3, { root, signal }, async () => {
    const manifest = await fileAt(root, RELEASE_FILE, { source, ...call })
    const key = await fileAt(root, SPKI_FILE, { source, ...call })
    const wanted = rawCidFromSha256(hexToBytes(trust.pqKeyHash.slice(2)))
    if (!key.equals(wanted)) {
      throw new VerifyError('ROOT_UNVERIFIABLE', `${root} holds the key ${key}; the chain names ${wanted}.`, {
        step: 3,
        reason: 'PQ_KEY_MISMATCH',
      })
    }
    return {
      envelope: await readFileBytes(manifest, source, { ...call, maxBytes: ENVELOPE_MAX_BYTES }),
      spki: await loadBlock(key, source, call),
    }
  })
  onCheck?.(passed(3, `${root}`, `The manifest (${envelope.length} bytes) and the key are blocks of ${root}.`))

  const expected = {
    spki,
    pqKeyHash: trust.pqKeyHash,
    signer: trust.signer,
    domain: state.domain,
    release: input.release ?? state.head.live,
    chainId: input.chainId,
    registry: input.registry.toLowerCase() as Address,
  }
  const statement = await guard(4, { root, signal }, async () =>
    verifyRelease(envelope, expected, verifyMlDsa === undefined ? {} : { verifyMlDsa }),
  )
  onCheck?.(passed(4, 'signatures', `ML-DSA-87 by key ${trust.pqKeyHash} and EIP-191 by ${trust.signer}.`))
  const { pinnedKey: pinned } = input
  if (pinned !== undefined) {
    const { domain, chainId, registry } = expected
    const key = { pinned, current: trust.pqKeyHash, domain, chainId, registry, root, source, verifyMlDsa }
    const exchanges = await guard(4, { root, signal }, () => checkPinnedKey(key, call))
    onCheck?.(
      passed(
        4,
        'pinned key',
        exchanges === 0 ? `It is ${pinned}.` : `${pinned} leads to it, ${exchanges} signed exchanges on.`,
      ),
    )
  }
  onCheck?.(
    passed(
      5,
      'statement',
      `Release ${statement.release} of ${statement.domain} on chain ${statement.chainId}, made ${statement.createdAt}.`,
    ),
  )
  return { root, statement, envelope }
}

/** Errors of a step in the terms of the root; an abort passes as it is. */
export async function guard<T>(
  step: 3 | 4 | 6,
  { root, signal }: { root: CID; signal: AbortSignal | undefined },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    signal?.throwIfAborted()
    const isField = step === 4 && /^RELEASE_(FIELD_MISMATCH|MALFORMED)$/.test((cause as { code?: string }).code ?? '')
    throw rootError(cause, { step: isField ? 5 : step, root: `${root}` })
  }
}

async function fileAt(root: CID, path: string, options: CallOptions & { source: BlockSource }): Promise<CID> {
  const found = await resolvePath(root, path, options)
  if (found?.kind === 'file') return found.cid
  if (found !== undefined) throw new DagError('NOT_A_FILE', `"${path}" is a directory.`)
  throw new VerifyError('ROOT_UNVERIFIABLE', `${root} has no "${path}", so nobody signed it.`, {
    step: 3,
    reason: 'RELEASE_MISSING',
  })
}
