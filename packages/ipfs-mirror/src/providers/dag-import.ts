import type { CallOptions } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { z } from 'zod'
import { carForm } from './car-form.ts'
import { CID_TEXT } from './cid-text.ts'
import { CAR_TIMEOUT_MS, type ProviderHttp } from './provider-http.ts'
import { type Answerer, parseAnswer, readText } from './read-answer.ts'
import { ReplicaError } from './replica-error.ts'
import { isSameCid } from './same-cid.ts'

export interface DagImport extends CallOptions {
  readonly name: string
  readonly http: ProviderHttp
  readonly car: () => AsyncIterable<Uint8Array>
}

/**
 * Sends a CAR to Kubo's `dag/import`, as others speak it too, and has its root pinned.
 *
 * @throws ReplicaError `ROOT_MISMATCH` when our root is not among those that came in, `PIN_FAILED` when it was not pinned.
 */
export async function importDag(root: CID, { name, http, car, ...call }: DagImport): Promise<void> {
  const body = carForm(car(), { fileName: `${root}.car` })
  const path = '/api/v0/dag/import?pin-roots=true'
  const request = { method: 'POST', path, body, call, timeoutMs: CAR_TIMEOUT_MS } as const
  const roots = await http.ask(request, async (response) =>
    importedRoots(await readText(response), { name, vendor: 'Kubo' }),
  )
  // An error after the first bytes stands in a trailer that `fetch` does not show: an import that broke off looks finished, but
  // names no root.
  const pinned = roots.find(({ cid }) => isSameCid(cid, root))
  if (!pinned) {
    throw new ReplicaError('ROOT_MISMATCH', `${name} imported ${roots[0]?.cid ?? 'no root'} where ${root} was sent.`, {
      retryable: false,
    })
  }
  if (pinned.problem)
    throw new ReplicaError('PIN_FAILED', `${name} could not pin ${root}: ${pinned.problem.slice(0, 300)}`)
}

/** A line about a root, about something else, or the answer for a file. */
const IMPORTED = z.object({
  Root: z.object({ Cid: z.object({ '/': CID_TEXT }), PinErrorMsg: z.string().nullish() }).nullish(),
  Hash: CID_TEXT.nullish(),
})

interface ImportedRoot {
  readonly cid: string
  /** What hindered its pin. */
  readonly problem: string | undefined
}

/** The roots that an answer names: lines of Kubo's, or the one object of those that answer as they do for a file. */
function importedRoots(text: string, from: Answerer): ImportedRoot[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .flatMap((line) => {
      const { Root, Hash } = parseAnswer(line, IMPORTED, from)
      const cid = Root?.Cid['/'] ?? Hash
      return cid ? [{ cid, problem: Root?.PinErrorMsg ?? undefined }] : []
    })
}
