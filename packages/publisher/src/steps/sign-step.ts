import {
  byPath,
  decodeReleaseStatement,
  hashFromRoot,
  type JsonValue,
  type ReleaseStatement,
  rootFromHash,
} from '@domainsync/core'
import { assembleRelease, releaseFiles } from '@domainsync/ipfs-mirror'
import type { StepDefinition, StepRun } from '@domainsync/journal'
import { decodeEnvelope, signRelease } from '@domainsync/pq'
import { type ListedFile, listFiles } from '@domainsync/sdk'
import { CID } from 'multiformats/cid'
import { requireFence } from '../fence.ts'
import type { PublishContext } from '../publish-context.ts'

/** What this step leaves: the signed release. */
export interface SignReceipt {
  readonly root: string
  readonly ipfsHash: string
  readonly release: number
}

type SignIntent = { readonly envelope: string }

/**
 * Signs the release and puts it together in the publisher's store. The envelope is the intent: signing is randomised, and a
 * retry must use the same bytes.
 */
export const signStep: StepDefinition<PublishContext> = {
  key: 'sign',

  async intent(run): Promise<SignIntent> {
    const { ports } = run.context
    const statement = await statementOf(run)
    const envelope = await signRelease(
      { statement, pq: ports.keys.release, signer: ports.keys.signer },
      { verifyMlDsa: ports.verifyMlDsa, signal: run.signal },
    )
    return { envelope: Buffer.from(envelope).toString('base64') }
  },

  async effect(run, intent) {
    const { blocks } = run.context.ports
    await blocks.pin(await assemble(run, intent))
  },

  async observe(run, intent) {
    const { blocks } = run.context.ports
    const root = await assemble(run, intent)
    const pinned = blocks.pinned().some((other) => other.equals(root))
    if (!pinned) return undefined
    const { release } = decodeReleaseStatement(decodeEnvelope(envelopeOf(intent)).payload)
    return { root: root.toString(), ipfsHash: hashFromRoot(root), release }
  },

  root: (receipt) => (receipt as unknown as SignReceipt).root,
}

function envelopeOf(intent: JsonValue): Uint8Array {
  return new Uint8Array(Buffer.from((intent as SignIntent).envelope, 'base64'))
}

/** Assembling only rebuilds directories: the same envelope always gives the same root. */
async function assemble(run: StepRun<PublishContext>, intent: JsonValue): Promise<CID> {
  const { blocks, keys } = run.context.ports
  const content = { root: CID.parse(run.operation.content!) }
  return assembleRelease(
    content,
    { releaseJson: envelopeOf(intent), spki: keys.release.spki },
    { store: blocks, signal: run.signal },
  )
}

async function statementOf({ context, operation, clock, signal }: StepRun<PublishContext>): Promise<ReleaseStatement> {
  const { ports, state } = context
  requireFence(state, operation)
  const files: ListedFile[] = []
  for await (const file of listFiles(CID.parse(operation.content!), ports.blocks, { signal })) files.push(file)
  files.sort(byPath)
  const { head } = state
  return {
    domain: state.domain,
    release: head.latest + 1,
    content: operation.content!,
    chainId: ports.network.chainId,
    registry: ports.network.registry,
    previous: head.live === 0 ? null : rootFromHash(head.ipfsHash).toString(),
    createdAt: new Date(clock.now()).toISOString(),
    files: releaseFiles({ files }, ports.keys.release.spki),
  }
}
