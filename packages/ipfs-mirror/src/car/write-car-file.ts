import { createWriteStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'

/** Writes a CAR to a file that is the whole stream or not there, durable. One that exists is replaced at the end. */
export async function writeCarFile(
  path: string,
  car: AsyncIterable<Uint8Array>,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const partial = `${path}.${process.pid}.partial`
  try {
    await pipeline(car, createWriteStream(partial), signal ? { signal } : {})
    const file = await open(partial, 'r+')
    await file.sync()
    await file.close()
    await rename(partial, path)
  } finally {
    await rm(partial, { force: true })
  }
}
