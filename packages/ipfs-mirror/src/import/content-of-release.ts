import { type BlockSource, type CallOptions, RELEASE_FOLDER } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { buildDirectory } from './build-directory.ts'
import { listDirectory } from './list-directory.ts'

const [WELL_KNOWN = '', OURS = ''] = RELEASE_FOLDER.split('/')

/**
 * The content of a release, read off its own directories: what `assembleRelease` was given, without a word of its manifest. Only
 * the root and its `.well-known` are read.
 *
 * @throws DagError as {@link listDirectory}, and whatever the source rejects with
 */
export async function contentOfRelease(root: CID, source: BlockSource, options: CallOptions = {}): Promise<CID> {
  const entries = await listDirectory(root, source, options)
  const wellKnown = entries.find(({ name }) => name === WELL_KNOWN)
  const site = entries.filter(({ name }) => name !== WELL_KNOWN)
  if (wellKnown !== undefined) {
    const beside = (await listDirectory(wellKnown.cid, source, options)).filter(({ name }) => name !== OURS)
    if (beside.length > 0) site.push({ name: WELL_KNOWN, ...(await buildDirectory(beside, forget)) })
  }
  return (await buildDirectory(site, forget)).cid
}

/** Only the CID is wanted. */
const forget = () => undefined
