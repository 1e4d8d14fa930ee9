// One run of `bench vault` in a process of its own, so that its memory is its own: `encrypt|write|decrypt <MiB> <file>`.
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { writeArchive } from '../packages/cli/dist/backup/write-archive.js'
import { decryptArchive, encryptArchive } from '../packages/pq/dist/node/index.js'

const MIB = 1024 * 1024
const READ_BYTES = 256 * 1024
const [job, mib, file] = process.argv.slice(2) as ['encrypt' | 'write' | 'decrypt', string, string]
const archiveKey = new Uint8Array(createHash('sha256').update('bench').digest())
const options = { archiveKey, keyName: 'bench', context: { purpose: 'bench' } }

async function* plain(): AsyncGenerator<Uint8Array> {
  const chunk = createHash('shake256', { outputLength: MIB }).update('bench').digest()
  for (let left = Number(mib); left > 0; left--) yield chunk
}

async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  await using handle = await open(path, 'r')
  const buffer = Buffer.allocUnsafe(READ_BYTES)
  for (;;) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length)
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
  }
}

async function run(): Promise<void> {
  switch (job) {
    case 'encrypt':
      for await (const _ of encryptArchive(plain(), options));
      return
    case 'write':
      await writeArchive(file, encryptArchive(plain(), options))
      return
    case 'decrypt': {
      let sizeBytes = 0
      for await (const piece of decryptArchive(chunksOf(file), { archiveKey })) sizeBytes += piece.length
      if (sizeBytes !== Number(mib) * MIB) throw new Error(`${sizeBytes} bytes were decrypted`)
    }
  }
}

const before = process.cpuUsage()
const started = performance.now()
await run()
const wallMs = performance.now() - started
const { user, system } = process.cpuUsage(before)
const maxMemoryMb = process.resourceUsage().maxRSS / 1000
console.log(JSON.stringify({ wallMs, cpuMs: (user + system) / 1000, maxMemoryMb }))
