import { decodeReleaseStatement, hashFromRoot, type JsonValue } from '@domainsync/core'
import { assembleRelease } from '@domainsync/ipfs-mirror'
import type { StepDefinition, StepRun } from '@domainsync/journal'
import { decodeEnvelope, signRelease, spkiHash } from '@domainsync/pq'
import { CID } from 'multiformats/cid'
import { requireFence } from '../fence.ts'
import { nextStatement } from '../next-statement.ts'
import type { PublishContext } from '../publish-context.ts'
import { refuseSigners } from '../refuse-keys.ts'
import type { ReleaseReceipt } from '../release-receipt.ts'
import { releaseRotations } from '../release-rotations.ts'
import { verifySignatures } from '../verify-as-reader.ts'

/** Base64 of the files that make the site a release. */
type SignIntent = { readonly envelope: string; readonly spki: string; readonly rotations?: string }

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
    const { spki } = keys.pq
    const call = { ports, signal: run.signal }
    const rotations = await releaseRotations(state, call)
    const own = { pqKeyHash: spkiHash(spki), rotations }
    const statement = await nextStatement({ state, content: run.operation.content!, own }, call)
    const envelope = await signRelease({ statement, ...keys }, { verifyMlDsa: ports.verifyMlDsa, signal: run.signal })
    const parts = { envelope: toBase64(envelope), spki: toBase64(spki) }
    return rotations === undefined ? parts : { ...parts, rotations: toBase64(rotations) }
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
  const { envelope, spki, rotations } = intent as SignIntent
  const parts = {
    releaseJson: fromBase64(envelope),
    spki: fromBase64(spki),
    rotations: rotations === undefined ? undefined : fromBase64(rotations),
  }
  return assembleRelease({ root: CID.parse(run.operation.content!) }, parts, { store: blocks, signal: run.signal })
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}

function fromBase64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'))
}
