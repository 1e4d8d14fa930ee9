import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { ConfigError } from './config/config-error.ts'
import type { Terminal } from './output/terminal.ts'

/** The variable that key files are opened with when nobody can be asked. */
export const PASSPHRASE_VARIABLE = 'DOMAINSYNC_PASSPHRASE'

/** A new passphrase: from the environment, or asked for twice without showing it. */
export async function readNewPassphrase(terminal: Terminal, signal: AbortSignal): Promise<string> {
  const fromEnvironment = process.env[PASSPHRASE_VARIABLE]
  if (fromEnvironment) return fromEnvironment
  if (!terminal.interactive) {
    throw new ConfigError('SECRET_MISSING', `New key files need a passphrase; set ${PASSPHRASE_VARIABLE}.`)
  }
  const first = await ask('Passphrase for the new keys: ', signal)
  if ((await ask('The same again: ', signal)) !== first || first === '') {
    throw new ConfigError('SECRET_MISSING', 'The two passphrases differ or are empty.', { next: 'domainsync keys new' })
  }
  return first
}

/** The passphrase of a key file: from the environment, or asked for without showing it. */
export async function readPassphrase(file: string, terminal: Terminal, signal: AbortSignal): Promise<string> {
  const fromEnvironment = process.env[PASSPHRASE_VARIABLE]
  if (fromEnvironment) return fromEnvironment
  if (terminal.interactive) return ask(`Passphrase of ${file}: `, signal)
  throw new ConfigError('SECRET_MISSING', `${file} needs its passphrase; set ${PASSPHRASE_VARIABLE}.`)
}

async function ask(question: string, signal: AbortSignal): Promise<string> {
  process.stderr.write(question)
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const reader = createInterface({ input: process.stdin, output: silent, terminal: true })
  try {
    return await reader.question('', { signal })
  } finally {
    reader.close()
    process.stderr.write('\n')
  }
}
