import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseDomainName } from '@domainsync/core'
import { expect, it } from 'vitest'
import { loadConfig } from '../config/load-config.ts'
import { renderConfig } from './render-config.ts'

it('writes a configuration that loads as it stands', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'domainsync-init-'))
  try {
    const file = join(folder, 'domainsync.config.ts')
    const domains = ['bbbhhai.com', 'xn--bcher-kva.example'].map(parseDomainName)
    const rpcUrls = ['https://a.example', 'https://b.example', 'https://c.example']
    await writeFile(file, renderConfig({ domains, chainId: 1, registry: `0x${'1'.repeat(40)}`, rpcUrls }))
    const { values } = await loadConfig(file)
    expect(Object.keys(values.domains)).toEqual(domains)
    expect(values.network).toMatchObject({ chainId: 1, quorum: 2, rpcUrls })
    expect(Object.keys(values.providers)).toHaveLength(3)
  } finally {
    await rm(folder, { recursive: true })
  }
})
