import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** A process of this test's own. */
export interface Child {
  /** Its next line. */
  line(): Promise<string>
  /** Kills it with SIGKILL; gives the lines that were not read yet. */
  kill(): Promise<string[]>
}

/** Runs code with a store in a folder in another process, started by a shell script when one is given. */
export function runInChild(
  code: string,
  { folder, shell = 'exec "$0" "$@"' }: { folder: string; shell?: string },
): Child {
  const source = (path: string) => JSON.stringify(new URL(path, import.meta.url).href)
  const program = `
    import { openBlockStore } from ${source('./open-block-store.ts')}
    import { buildDirectory } from ${source('../import/build-directory.ts')}
    import { sha256 } from ${source('../car/block-fault.ts')}
    import { rawCidFromSha256 } from ${JSON.stringify(import.meta.resolve('@domainsync/core'))}
    const folder = ${JSON.stringify(folder)}
    ${code}`
  const child = spawn('sh', ['-c', shell, process.execPath, '--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    async line() {
      const { value, done } = await lines.next()
      if (done) throw new Error('the child ended')
      return value
    },
    async kill() {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
      const rest: string[] = []
      for (let next = await lines.next(); !next.done; next = await lines.next()) rest.push(next.value)
      return rest
    },
  }
}
