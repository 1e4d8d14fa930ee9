import type { Bytes32 } from '@domainsync/core'
import type { MlDsaVerify } from '@domainsync/pq'
import type { Lie } from '../blocks/reader.ts'
import type { QuorumHooks } from '../chain/ask-operators.ts'
import type { RpcEndpoint } from '../chain/rpc-endpoint.ts'

/** Gateways that are asked when none are named: trustless, public, best effort. */
export const DEFAULT_GATEWAYS: readonly string[] = ['https://trustless-gateway.link', 'https://ipfs.io']
/** Oldest newest block that is accepted on a public chain, in milliseconds. */
export const DEFAULT_MAX_AGE_MS = 5 * 60_000

export interface ClientOptions extends QuorumHooks {
  chainId: number
  /** The registry's address. Never taken from a site. */
  registry: string
  rpcUrls: readonly RpcEndpoint[]
  /** Distinct operators that must agree: a majority by default; 1, for a single one, must be said. */
  quorum?: number | undefined
  /** Where blocks come from; {@link DEFAULT_GATEWAYS} by default. Loopback ones are asked last. */
  gateways?: readonly string[] | undefined
  /** {@link DEFAULT_MAX_AGE_MS} by default; no limit on chain 31337, which mines only when it is used. */
  maxAgeMs?: number | undefined
  /** Block that the registry was deployed in: history is read from there on. Known for the recorded deployments. */
  fromBlock?: number | undefined
  /** Used for RPCs, gateways and sites alike. */
  fetch?: typeof globalThis.fetch | undefined
  /** The native backend of `@domainsync/pq/node`, where it can be had; noble's by default. */
  verifyMlDsa?: MlDsaVerify | undefined
  /**
   * Release keys that the reader pinned, by domain (A-labels): SHA-256 of the SubjectPublicKeyInfo. Only they, and keys that they
   * signed for since, are accepted, whatever the chain names: with it verification is as strong as ML-DSA-87.
   */
  pinnedKeys?: Readonly<Record<string, Bytes32>> | undefined
  /** Milliseconds since 1970; the system's clock by default. */
  now?: (() => number) | undefined
  /** Told of gateways that send bytes which are not the CID's. */
  onLiar?: ((lie: Lie) => void) | undefined
}
