// `node packages/pq/dist/test/write-release-vectors.js <folder>`: docs/vectors/release anew, the same bytes each time.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeReleaseVectors } from './release-vectors.ts'

const folder = process.argv[2]!
await mkdir(folder, { recursive: true })
await writeFile(join(folder, 'release.json'), await makeReleaseVectors())
