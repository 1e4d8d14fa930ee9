import { writeFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { folderFingerprint } from '@domainsync/ipfs-mirror'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nextChange } from './next-change.ts'

describe('nextChange', () => {
  let folder: string
  let from: string
  const { signal } = new AbortController()
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'domainsync-watch-'))
    await writeFile(join(folder, 'index.html'), 'a')
    from = await folderFingerprint(folder)
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  it('waits until a build has stopped writing', async () => {
    let writes = 0
    const writing = setInterval(() => {
      if (++writes === 8) clearInterval(writing)
      writeFileSync(join(folder, `${writes}.html`), 'x')
    }, 50)
    const now = await nextChange(folder, { from, signal, everyMs: 150 })
    expect(writes).toBe(8)
    expect(now).toBe(await folderFingerprint(folder))
  })

  it('sees at once what changed before it was asked', async () => {
    await writeFile(join(folder, 'index.html'), 'b')
    expect(await nextChange(folder, { from, signal, everyMs: 10 })).not.toBe(from)
  })

  it('comes back without a change after the time allowed', async () => {
    expect(await nextChange(folder, { from, signal, everyMs: 10, timeoutMs: 50 })).toBe(from)
  })

  it('ends with the caller’s abort', async () => {
    const abort = new AbortController()
    const waiting = nextChange(folder, { from, signal: abort.signal, everyMs: 10 })
    abort.abort()
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' })
  })
})
