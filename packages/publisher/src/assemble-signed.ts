import type { CallOptions } from '@domainsync/core'
import { assembleRelease, type Content } from '@domainsync/ipfs-mirror'
import { requestedStatement, type SigningFile, signedParts } from '@domainsync/pq'
import type { CID } from 'multiformats/cid'
import { PublishError } from './publish-error.ts'
import type { PublisherPorts } from './publisher-ports.ts'

/**
 * The root of a folder with the signatures that were made elsewhere over its files. They are not verified here.
 *
 * @throws PublishError `CONTENT_MISMATCH` when the folder has changed since it was prepared; PqError `SIGNATURE_MISSING`,
 * `SIGNING_FILE_MALFORMED`
 */
export async function assembleSigned(
  signed: SigningFile,
  { from, content, ports, ...call }: CallOptions & { from: string; content: Content; ports: PublisherPorts },
): Promise<CID> {
  const statement = requestedStatement(signed)
  if (statement.content !== `${content.root}`) {
    throw new PublishError(
      'CONTENT_MISMATCH',
      `The files of ${from} are ${content.root}; those that were signed are ${statement.content}.`,
      {
        state: 'Nothing was published.',
        next: `build the same files again; or have these signed: domainsync publish ${statement.domain} --prepare <file>`,
      },
    )
  }
  return assembleRelease(content, signedParts(signed), { store: ports.blocks, ...call })
}
