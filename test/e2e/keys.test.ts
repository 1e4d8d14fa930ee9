import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
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

  it('lists what it made, in folders below too, without a passphrase and without a file named', async () => {
    const made = [
      await runCli(['keys', 'new', 'ci'], { cwd }),
      await runCli(['keys', 'new', 'agent', '--out', 'keys/of-the-agent'], { cwd }),
    ]
    vi.stubEnv('DOMAINSYNC_PASSPHRASE', undefined)
    const listed = await runCli(['keys', 'list'], { cwd })
    const ids = made.flatMap(({ json }) => (json.keys as { id: string }[]).map(({ id }) => id))
    expect(listed).toMatchObject({
      code: 0,
      json: {
        keys: [
          { file: 'keys/of-the-agent/healer.json', id: ids[1] },
          { file: 'keys/publisher.json', id: ids[0] },
        ],
      },
    })
  })

  it('lists the others beside a file that is no key, and says which that is', async () => {
    const made = await runCli(['keys', 'new', 'ci'], { cwd })
    await writeFile(join(cwd, 'keys', 'notes.json'), '{}', { mode: 0o600 })
    const listed = await runCli(['keys', 'list'], { cwd })
    expect(listed).toMatchObject({
      code: 1,
      json: {
        keys: [
          { file: 'keys/notes.json', kind: 'unreadable', code: 'KEY_FILE_DAMAGED' },
          { file: 'keys/publisher.json', id: (made.json.keys as [{ id: string }])[0].id },
        ],
      },
    })
    expect((await runCli(['keys', 'list', 'keys/notes.json'], { cwd })).json).toMatchObject({
      error: { code: 'KEY_FILE_DAMAGED' },
    })
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
