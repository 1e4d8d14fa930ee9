export { CarError } from '@domainsync/sdk'
export { MAX_BLOCK_BYTES } from './car/block-fault.ts'
export { DagError } from './car/dag-error.ts'
export { CAR_PART_BYTES, type CarPart, exportDags } from './car/export-dags.ts'
export { importCarPart } from './car/import-car-part.ts'
export { openSavedFile } from './car/open-saved-file.ts'
export { type BlockSink, type CarContents, type ReadCarOptions, readCar } from './car/read-car.ts'
export { type WalkOptions, walkDag } from './car/walk-dag.ts'
export { writeCar } from './car/write-car.ts'
export { writeCarFile } from './car/write-car-file.ts'
export { openRegularFile } from './files/open-regular-file.ts'
export { type WriteWholeOptions, writeWhole } from './files/write-whole.ts'
export {
  createFollower,
  FOLLOW_EVERY_MS,
  FOLLOW_SLICE_MS,
  type Follower,
  type FollowOptions,
  type FollowReport,
} from './follow/create-follower.ts'
export { FollowError } from './follow/follow-error.ts'
export type { FollowEvent, FollowProgress } from './follow/follow-event.ts'
export { DEFAULT_FOLLOW_QUOTAS, type FollowQuotas } from './follow/follow-quotas.ts'
export type { MirroredDomain } from './follow/mirror-domain.ts'
export { type HeldFor, type WantedRelease, wantedReleases } from './follow/wanted-releases.ts'
export type { GatewayEvent, GatewayOptions } from './gateway/gateway-handler.ts'
export { createGatewayHandler } from './gateway/gateway-handler.ts'
export type { SiteAnswer, Sites } from './gateway/site-answer.ts'
export { assembleRelease, type ReleaseParts } from './import/assemble-release.ts'
export type { DirectoryEntry } from './import/build-directory.ts'
export { contentOfRelease } from './import/content-of-release.ts'
export { folderFingerprint } from './import/folder-fingerprint.ts'
export { ImportError } from './import/import-error.ts'
export {
  type Content,
  type ContentFile,
  type ImportOptions,
  type ImportProgress,
  importFolder,
} from './import/import-folder.ts'
export { listDirectory } from './import/list-directory.ts'
export { type OwnFiles, releaseFiles } from './import/release-files.ts'
export { connectionLimit } from './node/connection-limit.ts'
export type { ControlEvent } from './node/control-api.ts'
export { type EmbeddedNode, type NodeEvent, type NodeOptions, startNode } from './node/start-node.ts'
export type { Proof, ProofFailure, ProofMode } from './proof/proof.ts'
export { PROOF_BUDGET_BYTES, SAMPLE_BLOCKS } from './proof/proof.ts'
export {
  MIN_FAILURE_DOMAINS,
  proveReplication,
  type ReplicaOutcome,
  type Replication,
  type ReplicationOptions,
} from './proof/prove-replication.ts'
export { type ProveOptions, proveRetrieval } from './proof/prove-retrieval.ts'
export { reachableOrigins } from './proof/reachable-origins.ts'
export { createFourEverlandReplica, FOUR_EVERLAND_URL } from './providers/4everland.ts'
export type { Credentials } from './providers/credentials.ts'
export { createEmbeddedReplica, type EmbeddedReplicaOptions, pinnedRoots } from './providers/embedded.ts'
export { createFilebaseReplica, FILEBASE_URL } from './providers/filebase.ts'
export { createIpfsClusterReplica, type IpfsClusterReplicaOptions } from './providers/ipfs-cluster.ts'
export { createKuboReplica, type KuboReplicaOptions } from './providers/kubo.ts'
export { createLighthouseReplica, LIGHTHOUSE_UPLOAD_URL, LIGHTHOUSE_URL } from './providers/lighthouse.ts'
export { createPinataReplica, PINATA_UPLOAD_URL, PINATA_URL } from './providers/pinata.ts'
export { createPsaReplica, type PsaReplicaOptions } from './providers/psa.ts'
export type { ReadBack } from './providers/read-back.ts'
export { NO_ANSWER_CODES, ReplicaError } from './providers/replica-error.ts'
export { createRetiredReplica, providerRetired, RETIRED_PROVIDERS, type RetiredKind } from './providers/retired.ts'
export { withRetries } from './providers/with-retries.ts'
export { createLiveSites, type LiveSites, type LiveSitesOptions, MAX_STALE_MS } from './sites/live-sites.ts'
export { createRegistryWatch, type RegistryWatch, type RegistryWatchOptions } from './sites/registry-watch.ts'
export type { Block, BlockStore, Compaction, StoreEvent } from './store/block-store.ts'
export { LEASE_MS } from './store/block-store.ts'
export { type FetchDagOptions, fetchDag } from './store/fetch-dag.ts'
export { openBlockStore, type StoreOptions } from './store/open-block-store.ts'
export { StoreError } from './store/store-error.ts'
