import { type FileHandle, open } from 'node:fs/promises'
import { type BlockStore, writeCar } from '@domainsync/ipfs-mirror'
import type { CID } from 'multiformats/cid'
import type { CarReceipt } from './car-step.ts'

/**
 * The CAR of a release: its file, or the same bytes anew from the publisher's blocks where the file is gone, as after a restore
 * into another folder.
 */
export async function* releaseCar(
  root: CID,
  { path, blocks }: Pick<CarReceipt, 'path'> & { blocks: BlockStore },
): AsyncGenerator<Uint8Array> {
  const file = await openIfThere(path)
  if (file === undefined) yield* writeCar(root, blocks)
  else yield* file.createReadStream()
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return undefined
  }
}
