import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { JsonRpcProvider } from 'ethers'

/** A chain of one's own on a free port. */
export interface Anvil {
  readonly url: string
  readonly provider: JsonRpcProvider
  stop(): Promise<void>
}

/** Starts one; `mining` false leaves transactions in the pool until `evm_mine`. */
export async function startAnvil({ mining }: { mining: boolean }): Promise<Anvil> {
  const binary = fileURLToPath(new URL('../../../../node_modules/.bin/anvil', import.meta.url))
  const child = spawn(binary, ['--host', '127.0.0.1', '--port', '0', ...(mining ? [] : ['--no-mining'])], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = `http://127.0.0.1:${await port(child)}`
  const provider = new JsonRpcProvider(url, 31337, { staticNetwork: true, cacheTimeout: -1, batchMaxCount: 1 })
  return {
    url,
    provider,
    stop: async () => {
      provider.destroy()
      child.kill('SIGTERM')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}

async function port(child: ChildProcess): Promise<string> {
  let output = ''
  for await (const chunk of child.stdout!.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    output += chunk
    const found = /Listening on 127\.0\.0\.1:(\d+)/.exec(output)
    if (found) {
      child.stdout!.resume()
      return found[1]!
    }
  }
  throw new Error(`anvil ended before it listened: ${output}`)
}
