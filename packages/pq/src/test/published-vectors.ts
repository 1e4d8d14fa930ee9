import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, it } from 'vitest'

/** The folder of published vectors, beside the checkout. */
const FOLDER = join(import.meta.dirname, '../../../../../shared/vectors/pq')

/**
 * A suite over a file of published vectors. Without the file it fails in CI, and elsewhere is one skipped test that says so.
 *
 * @param file its name, without `.json.gz`
 */
export function describeVectors<T>(file: string, suite: (vectors: T) => void): void {
  const path = join(FOLDER, `${file}.json.gz`)
  describe(file, () => {
    if (existsSync(path)) return suite(JSON.parse(gunzipSync(readFileSync(path)).toString('utf8')))
    const missing = `the vectors shared/vectors/pq/${file}.json.gz are not beside this checkout`
    if (process.env.CI !== 'true') return it.skip(`skipped: ${missing}`)
    it('has its vectors', () => {
      throw new Error(missing)
    })
  })
}
