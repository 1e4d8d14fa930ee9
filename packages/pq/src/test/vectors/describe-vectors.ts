import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, it } from 'vitest'

/** The folder of published vectors, beside the checkout. */
const FOLDER = join(import.meta.dirname, '../../../../../../shared/vectors/pq')

/**
 * A suite over a file of published vectors. Without the file it fails in CI, and elsewhere is one skipped test that says so.
 *
 * @param file its name, without `.json` or `.json.gz`
 */
export function describeVectors<T>(file: string, suite: (vectors: T) => void): void {
  describe(file, () => {
    const bytes = read(file)
    if (bytes) return suite(JSON.parse(bytes.toString('utf8')))
    const missing = `the vectors shared/vectors/pq/${file}.json are not beside this checkout`
    if (process.env.CI !== 'true') return it.skip(`skipped: ${missing}`)
    it('has its vectors', () => {
      throw new Error(missing)
    })
  })
}

function read(file: string): Buffer | undefined {
  const path = join(FOLDER, `${file}.json`)
  if (existsSync(path)) return readFileSync(path)
  return existsSync(`${path}.gz`) ? gunzipSync(readFileSync(`${path}.gz`)) : undefined
}
