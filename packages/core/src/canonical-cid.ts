import { CID } from 'multiformats/cid'

/** The one spelling of a CID that is compared: CIDv1 in base 32; `undefined` when the text is no CID. */
export function canonicalCid(text: string): string | undefined {
  try {
    return CID.parse(text).toV1().toString()
  } catch {
    return undefined
  }
}
