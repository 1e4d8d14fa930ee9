import type { Address, BlockSource, Chain, Clock } from '@domainsync/core'
import { contentOfRelease, NO_ANSWER_CODES, type Proof, proveRetrieval, writeCar } from '@domainsync/ipfs-mirror'
import type { MlDsaVerify } from '@domainsync/pq'
import { createReader, type Lie, readAnchored, VerifyError, verifyRoot } from '@domainsync/sdk'
import type { AgentDomain } from '../agent-domain.ts'
import type { ProofResult } from '../observe/observe-replica.ts'
import { trustOf, type Verification } from '../observe/verification.ts'
import type { AgentTools } from './agent-tools.ts'

export interface AgentToolsOptions {
  readonly chainId: number
  readonly registry: Address
  /** The quorum: its events say where the manifest of a feed is. */
  readonly chain: Chain
  /** Read after the domain's own replicas. */
  readonly gateways?: readonly BlockSource[]
  /** The native backend of `@domainsync/pq/node`; noble's by default. */
  readonly verifyMlDsa?: MlDsaVerify
  readonly fetch?: typeof globalThis.fetch
  readonly clock?: Pick<Clock, 'now' | 'monotonic'>
  readonly onLiar?: (lie: Lie) => void
}

/** The agent's real tools: every block verified, every proof read from the one replica alone. */
export function createAgentTools(options: AgentToolsOptions): AgentTools {
  const { chainId, registry, chain, gateways = [], verifyMlDsa, fetch = globalThis.fetch, clock, onLiar } = options
  const readerOf = ({ replicas }: AgentDomain) =>
    createReader(
      replicas.map(({ replica }) => replica.source),
      { last: gateways, onLiar },
    )
  /** Roots that were computed from their manifests: what is true of a root stays so. */
  const checkedFeeds = new Set<string>()
  return {
    verifierFor(domain) {
      const source = readerOf(domain)
      return async ({ state, release, root }, call = {}) => {
        const target = { state, release, root, trust: trustOf(release, state) }
        try {
          const verified = await verifyRoot({ ...target, chainId, registry, source, verifyMlDsa, ...call })
          return { kind: 'verified', files: verified.files }
        } catch (error) {
          call.signal?.throwIfAborted()
          return verificationOf(error)
        }
      }
    },
    async prove(root, replica, { mode, ...call }) {
      return resultOf(await proveRetrieval(root, replica, { mode, clock, ...call }))
    },
    carOf(root, sources, call) {
      const reader = createReader(sources, { last: gateways, onLiar })
      return () => writeCar(root, reader, call)
    },
    contentOf: async (root, domain, call) => `${await contentOfRelease(root, readerOf(domain), call)}`,
    async checkFeed(root, domain, call) {
      if (checkedFeeds.has(root)) return
      await readAnchored(domain.name, root, { chainId, registry, chain, source: readerOf(domain), ...call })
      checkedFeeds.add(root)
    },
    fetch,
  }
}

function verificationOf(error: unknown): Verification {
  if (!(error instanceof VerifyError)) throw error
  const { code, reason, step, message } = error
  if (code !== 'ROOT_UNAVAILABLE') return { kind: 'unverifiable', code: reason, reason: message }
  // Step 3 reads the manifest: absent everywhere is a finding, anything else is only no answer.
  return step === 3 && reason === 'BLOCK_MISSING'
    ? { kind: 'missing', reason: message }
    : { kind: 'unknown', reason: message }
}

function resultOf({ ok, blocks, failures, replica }: Proof): ProofResult {
  if (ok) return { kind: 'proven', blocks }
  const definite = failures.find(({ code }) => !NO_ANSWER_CODES.has(code) && code !== 'UNEXPECTED')
  if (definite === undefined)
    return { kind: 'unknown', reason: `${replica} could not be read (${failures[0]?.code ?? '?'}).` }
  const more = failures.length > 1 ? ` and ${failures.length - 1} more` : ''
  return { kind: 'incomplete', reason: `${definite.cid} (${definite.code})${more} did not come back.` }
}
