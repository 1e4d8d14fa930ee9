import { requestedStatement, type SigningFile } from '@domainsync/pq'
import { PublishError } from './publish-error.ts'

/**
 * Signatures are published with the files that they were made for.
 *
 * @throws PublishError `CONTENT_MISMATCH` when the folder has changed since it was prepared; PqError `SIGNING_FILE_MALFORMED`
 */
export function requireSignedContent(signed: SigningFile, { from, content }: { from: string; content: string }): void {
  const statement = requestedStatement(signed)
  if (statement.content === content) return
  throw new PublishError(
    'CONTENT_MISMATCH',
    `The files of ${from} are ${content}; those that were signed are ${statement.content}.`,
    {
      state: 'Nothing was published.',
      next: `build the same files again; or have these signed: domainsync publish ${statement.domain} --prepare <file>`,
    },
  )
}
