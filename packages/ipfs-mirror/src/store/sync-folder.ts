import { open } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Makes the folder entry of a file that was created or renamed durable. */
export async function syncFolder(file: string): Promise<void> {
  const handle = await open(dirname(file), 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
