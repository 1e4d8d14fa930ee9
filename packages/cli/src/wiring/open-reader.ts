import { createGateway, createReader } from '@domainsync/sdk'
import type { LoadedConfig } from '../config/load-config.ts'
import { createLocalFetch } from './local-fetch.ts'
import { gatewayUrls } from './open-client.ts'

/** Blocks from every place of the configuration that needs no token, each verified. */
export async function openReader(config: LoadedConfig) {
  const fetch = createLocalFetch()
  return createReader((await gatewayUrls(config)).map((url) => createGateway({ url, fetch })))
}
