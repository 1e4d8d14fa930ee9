import { randomUUID } from 'node:crypto'
import { CAR_TYPE } from '../gateway/trustless-format.ts'
import type { StreamBody } from './provider-http.ts'

/** A CAR as the file of a form (`multipart/form-data`), sent while it is made; `FormData` would hold all of it in memory. */
export function carForm(
  car: AsyncIterable<Uint8Array>,
  { fileName, fields = {} }: { fileName: string; fields?: Readonly<Record<string, string>> },
): StreamBody {
  const boundary = `domainsync-${randomUUID()}`
  async function* chunks() {
    for (const [name, value] of Object.entries(fields)) {
      yield text(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
    }
    yield text(
      `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${fileName}"\r\nContent-Type: ${CAR_TYPE}\r\n\r\n`,
    )
    yield* car
    yield text(`\r\n--${boundary}--\r\n`)
  }
  return { type: `multipart/form-data; boundary=${boundary}`, chunks: chunks() }
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value)
}
