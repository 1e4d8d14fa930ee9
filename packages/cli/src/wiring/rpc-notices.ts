import { errorCode } from '@domainsync/core'
import type { QuorumHooks } from '@domainsync/sdk'

/** Names every RPC operator that is outvoted, and once each one that gives no usable answer, with what is wrong about it. */
export function rpcNotices(say: (line: string) => void): Required<QuorumHooks> {
  const named = new Set<string>()
  return {
    onDissent: ({ operator, what }) => say(`RPC ${operator} was outvoted on ${what}`),
    onFailure: ({ operator, error }) => {
      const code = errorCode(error)
      if (named.has(`${operator} ${code}`)) return
      named.add(`${operator} ${code}`)
      say(`RPC ${operator} gave no usable answer: ${code}`)
    },
  }
}
