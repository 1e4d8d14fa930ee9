export type { PublishPlan, PublishResult } from '@domainsync/publisher'
export { type LoadedConfig, loadConfig } from './config/load-config.ts'
export type { Config } from './config/schema.ts'
export { type OwnedPublisher as Publisher, openPublisher as createPublisher } from './wiring/open-publisher.ts'
