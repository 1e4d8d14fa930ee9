import { deploymentBlock } from '@domainsync/bindings'
import {
  type CallOptions,
  type Chain,
  type ChainBlock,
  type DomainName,
  type DomainState,
  parseDomainName,
  rootFromHash,
} from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { createGateway } from '../blocks/gateway.ts'
import { createReader } from '../blocks/reader.ts'
import { saveBundle } from '../bundle/save-bundle.ts'
import type { Dissent } from '../chain/ask-operators.ts'
import { parseRegistry } from '../chain/parse-registry.ts'
import { createQuorumChain } from '../chain/quorum-chain.ts'
import { createRpcChain } from '../chain/rpc-chain.ts'
import { parseEndpoint } from '../chain/rpc-endpoint.ts'
import type { HistoryRelease } from '../history/fold-history.ts'
import { readHistory } from '../history/read-history.ts'
import { checkHead } from '../verify/check-head.ts'
import type { VerificationReport } from '../verify/verification-report.ts'
import { type VerifiedManifest, verifyManifest } from '../verify/verify-manifest.ts'
import { type ClientOptions, DEFAULT_GATEWAYS, DEFAULT_MAX_AGE_MS } from './client-options.ts'
import { type ReadFile, readFileOfRelease, type StreamedFile, streamFileOfRelease } from './read-file-of-release.ts'
import { notRegistered, type VerifyDomainOptions, verifyDomain } from './verify-domain.ts'

const DEVELOPMENT_CHAIN_ID = 31337
/** Verified manifests that are remembered; a root never changes. */
const MAX_MANIFESTS = 16

/** The registry's view of a domain, for a person. */
export interface ClientHead {
  /** The live release; 0 before the first. */
  readonly release: number
  readonly latest: number
  readonly seq: number
  /** The live root; `undefined` before the first release. */
  readonly root: CID | undefined
  readonly rollbackTarget: { readonly release: number; readonly root: CID } | undefined
  /** False: the live release is quarantined; trust nothing of it. */
  readonly stable: boolean
  /** Bit 0 publishing, bit 1 healing, bit 2 the domain lives in a feed. */
  readonly paused: number
  readonly block: ChainBlock
}

/** What any reader needs, with chain and registry of its own choice. Names may be written as people do. */
export interface Client {
  /** The quorum of the configured operators. */
  readonly chain: Chain
  /** @throws VerifyError `NOT_REGISTERED`; ChainError */
  head(name: string, options?: CallOptions): Promise<ClientHead>
  /** Releases, newest first. @throws ChainError */
  history(name: string, options?: CallOptions): AsyncIterable<HistoryRelease>
  /**
   * A file of the live release: chain, signatures and every block verified, whichever gateway gave them. It is in memory as a whole:
   * `maxBytes` is 64 MiB by default, and {@link Client.stream} takes any size.
   *
   * @throws ChainError; VerifyError `NOT_REGISTERED`, `RELEASE_NONE`, `RELEASE_QUARANTINED`, `ROOT_UNVERIFIABLE`,
   * `ROOT_UNAVAILABLE`, `PATH_NOT_FOUND`, `FILE_TOO_LARGE`
   */
  read(name: string, path: string, options?: CallOptions & { maxBytes?: number }): Promise<ReadFile>
  /** The same piece by piece (`for await (const bytes of file.chunks)`), flat in memory, for files of any size. */
  stream(name: string, path: string, options?: CallOptions): Promise<StreamedFile>
  /** Everything from the chain to the served bytes, as a report. Rejects only when aborted or for a bad name. */
  verify(name: string, options?: VerifyDomainOptions): Promise<VerificationReport>
  /**
   * What a report that is `ok` verified, as one CARv1 file for `verifyBundle`: the registry's state of then with a proof of it,
   * and every block of the release. Flat in memory.
   *
   * @throws VerifyError `NOT_VERIFIED`; ProofError `PROOF_UNAVAILABLE`; BlockError
   */
  saveBundle(report: VerificationReport, options?: CallOptions): AsyncIterable<Uint8Array>
}

/**
 * A reader of sites that DomainSync keeps, for browsers and Node.
 *
 * @throws ChainError `QUORUM_INVALID`
 */
export function createClient(options: ClientOptions): Client {
  const { chainId, registry, fetch, verifyMlDsa, pinnedKeys = {} } = options
  const chains = options.rpcUrls.map((endpoint) =>
    createRpcChain({ ...parseEndpoint(endpoint), chainId, registry, fetch }),
  )
  const source = createSource(options)
  const maxAgeMs = options.maxAgeMs ?? (chainId === DEVELOPMENT_CHAIN_ID ? undefined : DEFAULT_MAX_AGE_MS)
  const quorumChain = (onDissent?: (dissent: Dissent) => void) =>
    createQuorumChain(chains, {
      quorum: options.quorum,
      maxAgeMs,
      firstBlock: options.fromBlock ?? deploymentBlock({ chainId, registry }),
      now: options.now,
      onFailure: options.onFailure,
      onDissent: (dissent) => {
        options.onDissent?.(dissent)
        onDissent?.(dissent)
      },
    })
  const chain = quorumChain()
  const manifests = new Map<string, VerifiedManifest>()

  const readState = async (domain: DomainName, call: CallOptions): Promise<DomainState> => {
    const state = await chain.domain(domain, await chain.block('latest', call), call)
    if (state === undefined) throw notRegistered(domain)
    return state
  }

  const manifestOf = async (state: DomainState, call: CallOptions): Promise<VerifiedManifest> => {
    checkHead(state)
    const { domain, head, trust } = state
    const key = [domain, head.ipfsHash, head.live, trust.pqKeyHash, trust.signer].join()
    const known = manifests.get(key)
    if (known !== undefined) return known
    const manifest = await verifyManifest({
      ...call,
      state,
      source,
      chainId,
      registry,
      verifyMlDsa,
      pinnedKey: pinnedKeys[domain],
    })
    for (const oldest of manifests.keys()) {
      if (manifests.size < MAX_MANIFESTS) break
      manifests.delete(oldest)
    }
    manifests.set(key, manifest)
    return manifest
  }

  return {
    chain,
    head: async (name, call = {}) => toHead(await readState(parseDomainName(name), call)),
    async *history(name, call = {}) {
      const { releases } = await readHistory(chain, parseDomainName(name), call)
      yield* releases
    },
    async read(name, path, { maxBytes, ...call } = {}) {
      const manifest = await manifestOf(await readState(parseDomainName(name), call), call)
      return readFileOfRelease(manifest, path, { ...call, source, maxBytes })
    },
    async stream(name, path, call = {}) {
      const manifest = await manifestOf(await readState(parseDomainName(name), call), call)
      return streamFileOfRelease(manifest, path, { ...call, source })
    },
    verify: async (name, verifyOptions) =>
      verifyDomain(
        parseDomainName(name),
        { chain: quorumChain, source, chainId, registry, verifyMlDsa, fetch, pinnedKeys },
        verifyOptions,
      ),
    saveBundle: (report, call = {}) => {
      const { domain } = report
      const subject = { domain, chainId, registry: parseRegistry(registry) }
      return saveBundle(report, { ...call, subject, source, rpcUrls: options.rpcUrls, fetch })
    },
  }
}

function createSource({ gateways = DEFAULT_GATEWAYS, fetch, onLiar }: ClientOptions) {
  const isLocal = (url: string) => /^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(url).hostname)
  const make = (url: string) => createGateway({ url, fetch })
  return createReader(gateways.filter((url) => !isLocal(url)).map(make), {
    last: gateways.filter(isLocal).map(make),
    onLiar,
  })
}

function toHead({ head, rollbackTarget, block }: DomainState): ClientHead {
  return {
    release: head.live,
    latest: head.latest,
    seq: head.seq,
    root: head.live === 0 ? undefined : rootFromHash(head.ipfsHash),
    rollbackTarget: rollbackTarget && { release: rollbackTarget.release, root: rootFromHash(rollbackTarget.ipfsHash) },
    stable: head.stable,
    paused: head.paused,
    block,
  }
}
