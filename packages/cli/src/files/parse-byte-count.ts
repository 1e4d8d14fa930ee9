import { InvalidArgumentError } from 'commander'

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  tib: 1024 ** 4,
}

/** `500MB`, `1.5 GiB` or a number of bytes, as an option of the command line. */
export function parseByteCount(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?) ?([kmgt]i?b)?$/i.exec(text) ?? []
  const bytes = Math.floor(Number(number) * UNITS[(unit ?? '').toLowerCase()]!)
  if (Number.isSafeInteger(bytes) && bytes > 0) return bytes
  throw new InvalidArgumentError('It is a number of bytes: 500MB, 1.5GiB.')
}
