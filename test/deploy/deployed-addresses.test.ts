import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { writeAddresses } from '../../scripts/bindings/write-addresses.ts'

it('the bindings name the registry of every real chain that was deployed to, and of no local one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'addresses-'))
  const record = async (network: string, chainId: number, address: string, block: number | null = null) => {
    await mkdir(join(folder, 'deployments', network), { recursive: true })
    const text = JSON.stringify({ chainId, address, block })
    await writeFile(join(folder, 'deployments', network, 'DomainSyncRegistry.json'), text)
  }
  try {
    await record('sepolia', 11155111, `0x${'Ab'.repeat(20)}`, 123)
    await record('localhost', 31337, `0x${'cd'.repeat(20)}`)
    await mkdir(join(folder, 'deployments', 'base'))
    await writeAddresses(join(folder, 'deployments'), folder)
    const text = await readFile(join(folder, 'addresses.ts'), 'utf8')
    expect(text.match(/0x[0-9a-f]{40}/g)).toEqual([`0x${'ab'.repeat(20)}`])
    expect(text).toContain('"11155111": "0x')
    expect(text).toContain('"11155111": 123')

    await writeAddresses(join(folder, 'nowhere'), folder)
    expect(await readFile(join(folder, 'addresses.ts'), 'utf8')).toMatch(/= \{\}\n[\s\S]*= \{\}\n$/)
  } finally {
    await rm(folder, { recursive: true })
  }
})
