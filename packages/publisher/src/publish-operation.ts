import type { NewOperation, Operation } from '@domainsync/core'
import { publishOperationId } from './operation-id.ts'
import type { PublishPlan } from './plan-publish.ts'
import { PublishError } from './publish-error.ts'
import type { PublisherNetwork } from './publisher-ports.ts'
import type { Origin } from './steps/publish-steps.ts'

type Opening = Omit<NewOperation, 'steps'>

/** All of it, or only what moves no pointer. */
export type PublishKind = 'publish' | 'prepare'

/** Where the release of an operation comes from: it is in its steps. */
export function originOf({ steps }: Pick<Operation, 'steps'>): Origin {
  return steps.some(({ key }) => key === 'fetch') ? 'fetch' : 'sign'
}

/** The operation that a plan stands for, new or known. */
export function openingOf(
  { domain, expectedSeq, content, root }: PublishPlan,
  { kind, network }: { kind: PublishKind; network: PublisherNetwork },
): Opening {
  const id = publishOperationId({ ...network, kind, domain, expectedSeq, content, root })
  return { id, kind, domain, expectedSeq, content, ...(root === undefined ? {} : { root }) }
}

/** Whether it belongs to the registry on the chain that is published to, as its envelope and its transaction do. */
export function isOfNetwork(operation: Operation, network: PublisherNetwork): boolean {
  return operation.id === publishOperationId({ ...network, ...workOf(operation) })
}

/**
 * An operation of the journal, to be opened again.
 *
 * @throws PublishError `OTHER_NETWORK`
 */
export function reopeningOf(operation: Operation, network: PublisherNetwork): Opening {
  const { id, domain } = operation
  if (isOfNetwork(operation, network)) return { id, ...workOf(operation) }
  throw new PublishError(
    'OTHER_NETWORK',
    `The interrupted publish of ${domain} (run ${id}) belongs to another chain or registry than the configuration names.`,
    { next: 'domainsync config' },
  )
}

function workOf(operation: Operation) {
  const { domain, expectedSeq, content, root } = operation
  const kind = operation.kind as PublishKind
  return { kind, domain, expectedSeq, content: content!, ...(originOf(operation) === 'fetch' ? { root: root! } : {}) }
}
