import { mkdtemp, readFile, rm } from 'node:fs/promises'
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

  it('makes a recipient of backups: a key file, and a public half that is no key file', async () => {
    const made = await runCli(['keys', 'new', 'backup'], { cwd })
    const [{ id }] = made.json.keys as [{ id: string }]
    const listed = await runCli(['keys', 'list'], { cwd })
    expect(listed.json).toMatchObject({ keys: [{ kind: 'recipient', id }] })
    const publicHalf = JSON.parse(await readFile(join(cwd, 'keys', 'recipient.pub.json'), 'utf8'))
    expect(publicHalf).toMatchObject({ format: 'domainsync-recipient', kem: 'MLKEM1024-P384', keyId: id })
    expect((await runCli(['keys', 'new', 'backup'], { cwd })).json).toMatchObject({
      error: { code: 'KEY_FILE_EXISTS' },
    })
  })

  it('says so where there is none', async () => {
    const { code, json } = await runCli(['keys', 'list'], { cwd })
    expect(code).toBe(1)
    expect(json).toMatchObject({ error: { code: 'NO_KEY_FILES' } })
  })
})
