import { CID } from 'multiformats/cid'

/** Whether a text names this CID, in whatever base. */
export function isSameCid(text: string, cid: CID): boolean {
  try {
    return CID.parse(text).equals(cid)
  } catch {
    return false
  }
}
