import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { runCli } from '../support/run-cli.ts'

describe('domainsync keys', { timeout: 60_000 }, () => {
  let cwd: string
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'domainsync-keys-'))
    vi.stubEnv('DOMAINSYNC_PASSPHRASE', 'a passphrase of tests')
  })
  afterEach(async () => {
    vi.unstubAllEnvs()
    await rm(cwd, { recursive: true, force: true })
  })

  it('lists what it made, without a passphrase and without a file named', async () => {
    const made = await runCli(['keys', 'new', 'ci', 'agent'], { cwd })
    vi.stubEnv('DOMAINSYNC_PASSPHRASE', undefined)
    const listed = await runCli(['keys', 'list'], { cwd })
    const idsOf = ({ json }: typeof made) => (json.keys as { id: string }[]).map(({ id }) => id).sort()
    expect(listed.code).toBe(0)
    expect(idsOf(listed)).toEqual(idsOf(made))
    expect(idsOf(listed)).toHaveLength(2)
  })

  it('says so where there is none', async () => {
    const { code, json } = await runCli(['keys', 'list'], { cwd })
    expect(code).toBe(1)
    expect(json).toMatchObject({ error: { code: 'NO_KEY_FILES' } })
  })
})
