import { varint } from 'multiformats'

/** Protobuf tags of a UnixFS node: type, file size, size of a part (UnixFS specification, "Data Format"). */
const TYPE_FILE = [0x08, 0x02]
const FILE_SIZE = 0x18
const PART_SIZE = 0x20

/**
 * What a file's node says of its parts, as Kubo writes it. Not by `ipfs-unixfs`: its encoder (protons-runtime 7.1.2) writes sizes
 * from 2 to 4 GiB as zeros.
 */
export function fileNodeData(partBytes: readonly number[]): Uint8Array {
  const fileBytes = partBytes.reduce((sum, size) => sum + size, 0)
  const fields = [[FILE_SIZE, fileBytes] as const, ...partBytes.map((size) => [PART_SIZE, size] as const)]
  const length = fields.reduce((sum, [, value]) => sum + 1 + varint.encodingLength(value), TYPE_FILE.length)
  const bytes = new Uint8Array(length)
  bytes.set(TYPE_FILE)
  let at = TYPE_FILE.length
  for (const [tag, value] of fields) {
    bytes[at++] = tag
    varint.encodeTo(value, bytes, at)
    at += varint.encodingLength(value)
  }
  return bytes
}
