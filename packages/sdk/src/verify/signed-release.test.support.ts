import { createHash } from 'node:crypto'
import {
  type Address,
  byPath,
  type DomainState,
  domainId,
  hashFromRoot,
  namehash,
  parseDomainName,
  RELEASE_FILE,
  type ReleaseStatement,
  SPKI_FILE,
} from '@domainsync/core'
import { generateReleaseKey, signRelease, spkiHash } from '@domainsync/pq'
import { Wallet } from 'ethers'
import type { CID } from 'multiformats/cid'
import { createMemorySource, importFiles, type MemorySource } from '../unixfs/memory-source.test.support.ts'

/** The keys that sign test releases: the same ones in every run. */
export const RELEASE_KEY = generateReleaseKey()
export const SIGNER = new Wallet(`0x${'42'.repeat(32)}`)
export const CHAIN_ID = 31337
export const REGISTRY: Address = `0x${'ab'.repeat(20)}`
export const DOMAIN = parseDomainName('bbbhhai.com')

export type Files = Readonly<Record<string, Uint8Array>>

export interface ReleaseOverrides {
  /** Fields of the statement that differ. */
  readonly statement?: Partial<ReleaseStatement>
  /** Files that lie in the root and not in the list, or differ from it. */
  readonly afterSigning?: (files: Record<string, Uint8Array>) => unknown
  readonly signer?: Wallet
  readonly key?: typeof RELEASE_KEY
  readonly into?: MemorySource
}

/** A signed release in memory, as the publisher makes one. */
export async function makeRelease(
  files: Files,
  { statement, afterSigning, signer = SIGNER, key = RELEASE_KEY, into = createMemorySource() }: ReleaseOverrides = {},
): Promise<{ root: CID; source: MemorySource }> {
  const content = await importFiles(files, { into })
  const listed = { ...files, [SPKI_FILE]: key.signer.spki }
  const full: ReleaseStatement = {
    domain: DOMAIN,
    release: 3,
    content: content.toString(),
    chainId: CHAIN_ID,
    registry: REGISTRY,
    previous: null,
    createdAt: '2026-11-20T12:00:00.000Z',
    files: Object.entries(listed)
      .map(([path, bytes]) => ({ path, sha256: createHash('sha256').update(bytes).digest('hex') }))
      .sort(byPath),
    ...statement,
  }
  const envelope = await signRelease({ statement: full, pq: key.signer, signer })
  const all: Record<string, Uint8Array> = { ...listed, [RELEASE_FILE]: envelope }
  afterSigning?.(all)
  return { root: await importFiles(all, { into }), source: into }
}

/** The registry's state with a root live as release 3 under the test keys. */
export function stateOf(root: CID, { stable = true }: { stable?: boolean } = {}): DomainState {
  const ipfsHash = hashFromRoot(root)
  const block = { number: 100, hash: `0x${'00'.repeat(32)}`, timestamp: 1_800_000_000 } as const
  const address: Address = `0x${'11'.repeat(20)}`
  const trust = {
    owner: address,
    guardian: address,
    signer: SIGNER.address.toLowerCase() as Address,
    fromRelease: 1,
    pqKeyHash: spkiHash(RELEASE_KEY.signer.spki),
  }
  return {
    domain: DOMAIN,
    id: domainId(DOMAIN),
    node: namehash(DOMAIN),
    head: { ipfsHash, live: 3, latest: 3, seq: 3, stable, paused: 0 },
    trust,
    nextTrust: trust,
    publisher: address,
    healer: address,
    releases: [{ release: 3, ipfsHash, stable, trust }],
    kept: undefined,
    rollbackTarget: undefined,
    block,
  }
}
