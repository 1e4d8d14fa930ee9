import { malformed } from './backup-error.ts'

/** Bytes of a header, and what everything is filled up to. */
export const TAR_BLOCK_BYTES = 512
/** Largest file that a header of this form can name: 11 octal digits. */
export const TAR_MAX_BYTES = 8 ** 11 - 1

/** One regular file of an archive. */
export interface TarFile {
  /** Letters, digits, `.`, `-` and `_`, parts divided by `/`; at most 100 bytes. */
  readonly name: string
  readonly sizeBytes: number
}

const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/
const CHECKSUM_AT = 148

/** The header of a regular file (POSIX ustar), mode 0600, no times and no owners: equal input gives equal bytes. */
export function encodeTarHeader({ name, sizeBytes }: TarFile): Buffer {
  const header = Buffer.alloc(TAR_BLOCK_BYTES)
  header.write(name, 0, 100, 'latin1')
  header.write('0000600\x000000000\x000000000\x00', 100, 'latin1')
  header.write(`${octal(sizeBytes)}\x00${octal(0)}\x00`, 124, 'latin1')
  header.write('        0', CHECKSUM_AT, 'latin1')
  header.write('ustar\x0000', 257, 'latin1')
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\x00 `, CHECKSUM_AT, 'latin1')
  return header
}

/**
 * Reads a header in exactly the form {@link encodeTarHeader} writes: no links, no devices, no folders, no path that leads
 * anywhere.
 *
 * @throws BackupError `BACKUP_MALFORMED`
 */
export function decodeTarHeader(header: Buffer): TarFile {
  const name = header.toString('latin1', 0, header.indexOf(0))
  const sizeBytes = Number.parseInt(header.toString('latin1', 124, 135), 8)
  if (NAME.test(name) && Number.isSafeInteger(sizeBytes) && header.equals(encodeTarHeader({ name, sizeBytes }))) {
    return { name, sizeBytes }
  }
  throw malformed(`a tar entry that is no plain file of ours, ${JSON.stringify(name.slice(0, 100))}`)
}

/** Zeros after so many bytes, up to the next block. */
export function tarPadding(sizeBytes: number): number {
  return (TAR_BLOCK_BYTES - (sizeBytes % TAR_BLOCK_BYTES)) % TAR_BLOCK_BYTES
}

function octal(value: number): string {
  return value.toString(8).padStart(11, '0')
}
