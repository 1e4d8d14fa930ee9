import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readFeedMap } from './read-feed-map.ts'

it.each([['"nonsense"'], ['7'], ['null']])(
  'says of an entry %s that it is not a CID, in no words of a parser',
  async (root) => {
    const folder = await mkdtemp(join(tmpdir(), 'feed-map-'))
    try {
      const file = join(folder, 'map.json')
      await writeFile(file, `{ "bbbhhai.com": ${root} }`)
      await expect(readFeedMap(file)).rejects.toThrow(`"bbbhhai.com": ${root} is not a CID; one begins with bafy….`)
    } finally {
      await rm(folder, { recursive: true })
    }
  },
)
