import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Every spelling that a secret could leak in: as it is, its bytes, and both in hex and base64. */
export function spellingsOf(secret: string): Buffer[] {
  const text = Buffer.from(secret)
  const bytes = [text]
  if (/^(0x)?([0-9a-f]{2}){16,}$/i.test(secret)) bytes.push(Buffer.from(secret.replace(/^0x/i, ''), 'hex'))
  else if (/^[A-Za-z0-9+/_-]{32,}={0,2}$/.test(secret)) bytes.push(Buffer.from(secret, 'base64'))
  const texts = bytes.flatMap((one) => [one.toString('hex'), one.toString('base64'), one.toString('base64url')])
  // The last letters of a base64 text depend on what follows.
  const spelled = texts.map((one) => Buffer.from(one.replace(/=+$/, '').slice(0, -2)))
  return [...bytes, Buffer.from(secret.replace(/^0x/i, '')), ...spelled]
}

/** Names of the secrets that are in some bytes, in any spelling. */
export function secretsIn(bytes: Buffer | string, secrets: Readonly<Record<string, string>>): string[] {
  const place = Buffer.from(bytes)
  return Object.entries(secrets).flatMap(([name, secret]) =>
    spellingsOf(secret).some((spelling) => place.includes(spelling)) ? [name] : [],
  )
}

/** `file: secret` for every secret that is in a file below a folder. */
export async function secretsBelow(folder: string, secrets: Readonly<Record<string, string>>): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const found: string[] = []
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name)
    for (const name of secretsIn(await readFile(path), secrets)) found.push(`${path}: ${name}`)
  }
  return found
}

/** What a list of processes shows of a process and of all that it started; empty where there is no /proc. */
export async function commandLinesBelow(pid: number): Promise<string> {
  const own = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
  const below = await Promise.all(
    children
      .split(' ')
      .filter(Boolean)
      .map((child) => commandLinesBelow(Number(child))),
  )
  return [own, ...below].join('\n')
}
