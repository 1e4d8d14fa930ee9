import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { writeCar, writeCarFile } from '@domainsync/ipfs-mirror'
import type { StepDefinition } from '@domainsync/journal'
import { CID } from 'multiformats/cid'
import type { PublishContext } from '../publish-context.ts'
import { releaseOf } from '../release-receipt.ts'
import { createTransferMeter } from '../transfer-progress.ts'

/** What this step leaves: one CAR that is sent to every replica. */
export interface CarReceipt {
  readonly path: string
  readonly sizeBytes: number
}

/** Writes the release as one CAR, whole or not at all. */
export const carStep: StepDefinition<PublishContext> = {
  key: 'car',

  async intent({ context, receipts }) {
    const { root } = releaseOf({ receipts })
    return { root, path: join(context.ports.carFolder, `${root}.car`) }
  },

  async observe(_run, intent) {
    const { path } = intent as { path: string }
    const file = await stat(path).catch(() => undefined)
    return file && { path, sizeBytes: file.size }
  },

  async effect({ context, operation, signal }, intent) {
    const { root, path } = intent as { root: string; path: string }
    const meter = createTransferMeter({ step: 'car', domain: operation.domain }, context.onTransfer)
    await mkdir(context.ports.carFolder, { recursive: true })
    await writeCarFile(path, meter.counted(writeCar(CID.parse(root), context.ports.blocks)), { signal })
  },
}
