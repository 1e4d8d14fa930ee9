import {
  type Chain,
  type DomainName,
  type DomainState,
  errorCode,
  type Observation,
  rootFromHash,
} from '@domainsync/core'
import { noAnswer, sentence } from './no-answer.ts'
import { type ObserveContext, observed } from './observe-context.ts'
import { probeName } from './probe-name.ts'

/** The head as a quorum of operators shows it, or that there is none. */
export interface ChainLook {
  readonly observation: Observation
  /** At latest; `undefined` without a quorum, or when the name is not registered. */
  readonly state: DomainState | undefined
  /** The same some blocks deeper, for permissions. */
  readonly safe: DomainState | undefined
}

/**
 * Reads the domain at one block. `safeDepth` blocks below it, permissions are read again: a reorganisation must not lend the
 * agent a target that was never stable.
 */
export async function observeChain(
  chain: Chain,
  name: DomainName,
  { safeDepth, ...context }: ObserveContext & { safeDepth: number },
): Promise<ChainLook> {
  const probe = probeName('chain')
  const { signal, timeoutMs } = context
  try {
    const block = await chain.block('latest', { signal, timeoutMs })
    const state = await chain.domain(name, block, { signal, timeoutMs })
    if (state === undefined) {
      const evidence = `${name} is not registered.`
      return {
        observation: observed(context, probe, { status: 'good', value: 'unregistered', evidence }),
        state,
        safe: state,
      }
    }
    const safe = safeDepth === 0 ? state : await readSafe(chain, state, { ...context, safeDepth })
    const value = headValue(state)
    const evidence = `Release ${state.head.live} is live at block ${block.number}.`
    return { observation: observed(context, probe, { status: 'good', value, evidence }), state, safe }
  } catch (error) {
    signal.throwIfAborted()
    // Operators that disagree say RPC_NO_QUORUM; one that is silent says nothing about the chain.
    const code = errorCode(error)
    const status = code !== 'RPC_NO_QUORUM' && noAnswer(error) === 'silent' ? 'unknown' : 'bad'
    const observation = observed(context, probe, { status, value: code, evidence: sentence(error) })
    return { observation, state: undefined, safe: undefined }
  }
}

/** What changes when readers should get something else: the live release and its root. */
export function headValue({ head }: DomainState): string {
  return head.live === 0 ? '0' : `${head.live} ${rootFromHash(head.ipfsHash)}`
}

async function readSafe(
  chain: Chain,
  { domain, block }: DomainState,
  { safeDepth, signal, timeoutMs }: ObserveContext & { safeDepth: number },
): Promise<DomainState | undefined> {
  const deeper = await chain.block(Math.max(0, block.number - safeDepth), { signal, timeoutMs })
  return chain.domain(domain, deeper, { signal, timeoutMs })
}
