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
import { refuseSigners } from '../refuse-keys.ts'
import type { ReleaseReceipt } from '../release-receipt.ts'
import { verifySignatures } from '../verify-as-reader.ts'

/** Base64 of the two files that make the site a release. */
type SignIntent = { readonly envelope: string; readonly spki: string }

/**
 * Signs the release and puts it together in the publisher's store. The envelope is the intent: signing is randomised, and a
 * retry must use the same bytes. What a reader would refuse does not count as signed.
 */
export const signStep: StepDefinition<PublishContext> = {
  key: 'sign',

  async intent(run): Promise<SignIntent> {
    const { ports, state } = run.context
    await requireFence(run)
    const keys = await ports.keys()
    refuseSigners(state, keys)
    const statement = await statementOf(run, keys.release.spki)
    const envelope = await signRelease(
      { statement, pq: keys.release, signer: keys.signer },
      { verifyMlDsa: ports.verifyMlDsa, signal: run.signal },
    )
    return { envelope: toBase64(envelope), spki: toBase64(keys.release.spki) }
  },

  async effect(run, intent) {
    const { blocks } = run.context.ports
    await blocks.pin(await assemble(run, intent))
  },

  async observe(run, intent) {
    const { ports, state } = run.context
    const root = await assemble(run, intent)
    if (!ports.blocks.pinned().some((other) => other.equals(root))) return undefined
    // Another number is next, or other keys are: then the sync refuses it, and says why.
    if (state.head.seq === run.operation.expectedSeq) {
      await verifySignatures({ root, state, source: ports.blocks, signal: run.signal }, ports)
    }
    const { release } = decodeReleaseStatement(decodeEnvelope(fromBase64((intent as SignIntent).envelope)).payload)
    const receipt: ReleaseReceipt = { root: `${root}`, ipfsHash: hashFromRoot(root), release }
    return { ...receipt }
  },

  root: (receipt) => (receipt as unknown as ReleaseReceipt).root,
}

/** Assembling only rebuilds directories: the same envelope always gives the same root. */
async function assemble(run: StepRun<PublishContext>, intent: JsonValue): Promise<CID> {
  const { blocks } = run.context.ports
  const { envelope, spki } = intent as SignIntent
  const parts = { releaseJson: fromBase64(envelope), spki: fromBase64(spki) }
  return assembleRelease({ root: CID.parse(run.operation.content!) }, parts, { store: blocks, signal: run.signal })
}

async function statementOf(
  { context, operation, clock, signal }: StepRun<PublishContext>,
  spki: Uint8Array,
): Promise<ReleaseStatement> {
  const { ports, state } = context
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
    files: releaseFiles({ files }, spki),
  }
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}

function fromBase64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'))
}
