import type { BlockSource } from '@domainsync/core'
import { createGateway, createReader, type ReaderOptions } from '@domainsync/sdk'
import type { LoadedConfig } from '../config/load-config.ts'
import { createLocalFetch } from './local-fetch.ts'
import { gatewayUrls } from './open-client.ts'

/** Blocks from every place of the configuration that needs no token, each verified. */
export async function openReader(config: LoadedConfig, options: ReaderOptions = {}): Promise<BlockSource> {
  const fetch = createLocalFetch()
  const urls = await gatewayUrls(config)
  return createReader(
    urls.map((url) => createGateway({ url, fetch })),
    options,
  )
}
