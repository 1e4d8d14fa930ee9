import { openRegularFile } from '@domainsync/ipfs-mirror'

/** The bytes of a regular file, at most so many. Errors: as {@link openRegularFile}. */
export async function readRegularFile(path: string, { maxBytes }: { maxBytes: number }): Promise<Uint8Array> {
  await using file = await openRegularFile(path)
  const { size } = await file.stat()
  if (size > maxBytes) throw new Error(`it has ${size} bytes; at most ${maxBytes} are read`)
  return new Uint8Array(await file.readFile())
}
