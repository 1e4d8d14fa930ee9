import { createHash } from 'node:crypto'
import { type BlockSource, rawCidFromSha256 } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { describe, expect, it } from 'vitest'

/** A source that holds exactly these blocks. */
export interface SourceUnderTest extends AsyncDisposable {
  readonly source: BlockSource
}

/** What every `BlockSource` does, whatever is behind it. */
export function blockSourceConformance(
  name: string,
  open: (blocks: ReadonlyMap<string, Uint8Array>) => Promise<SourceUnderTest>,
): void {
  const held = ['one', 'two', ''].map(blockOf)
  const blocks = new Map(held.map(({ cid, bytes }) => [cid.toString(), bytes]))

  describe(`${name} as a BlockSource`, () => {
    it('has a name for messages', async () => {
      await using opened = await open(blocks)
      expect(opened.source.name).toMatch(/\S/)
    })

    it('gives the bytes of each block it holds, an empty one too, and again', async () => {
      await using opened = await open(blocks)
      for (const { cid, bytes } of [...held, ...held]) expect(await opened.source.get(cid)).toEqual(bytes)
    })

    it('says undefined for a block that it does not have', async () => {
      await using opened = await open(blocks)
      expect(await opened.source.get(blockOf('three').cid)).toBeUndefined()
    })

    it('answers many at once, each with its own bytes', async () => {
      await using opened = await open(blocks)
      const many = Array.from({ length: 50 }, (_, i) => held[i % held.length]!)
      const answers = await Promise.all(many.map(({ cid }) => opened.source.get(cid)))
      expect(answers).toEqual(many.map(({ bytes }) => bytes))
    })

    it('rejects with the caller’s reason when it is aborted', async () => {
      await using opened = await open(blocks)
      const reason = new Error('enough')
      await expect(opened.source.get(held[0]!.cid, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    })
  })
}

function blockOf(content: string): { cid: CID; bytes: Uint8Array } {
  const bytes = new TextEncoder().encode(content)
  return { cid: rawCidFromSha256(createHash('sha256').update(bytes).digest()), bytes }
}
