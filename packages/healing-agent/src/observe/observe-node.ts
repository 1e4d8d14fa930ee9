import type { Observation, Replica } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { noAnswer, sentence } from './no-answer.ts'
import { type ObserveContext, observed } from './observe-context.ts'
import { probeName } from './probe-name.ts'

/**
 * Whether an own node answers at all. `othersAnswered` tells whether anything else on the network did in the same round:
 * a silent node is down only then, else our own network may be.
 */
export async function observeNode(
  replica: Replica,
  root: CID,
  { othersAnswered, ...context }: ObserveContext & { othersAnswered: () => Promise<boolean> },
): Promise<Observation> {
  const { signal, timeoutMs } = context
  const probe = probeName('node', replica.name)
  try {
    await replica.status(root, { signal, timeoutMs })
    return observed(context, probe, { status: 'good', value: 'online', evidence: `${replica.name} answers.` })
  } catch (error) {
    signal.throwIfAborted()
    const kind = noAnswer(error)
    if (kind === 'failed') {
      return observed(context, probe, { status: 'good', value: 'answers', evidence: sentence(error) })
    }
    const down = kind === 'refused' || (await othersAnswered())
    const evidence = `${replica.name} does not answer: ${sentence(error)}`
    return observed(context, probe, { status: down ? 'bad' : 'unknown', value: kind, evidence })
  }
}
