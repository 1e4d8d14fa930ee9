import { EXIT_DONE } from '../output/exit-code.ts'
import type { AddCommand } from '../program.ts'

/** `config`: the configuration as the program reads it. */
export const addConfigCommand: AddCommand = (program, action) => {
  program
    .command('config')
    .description('the resolved configuration, secrets masked')
    .action(
      action(async (context) => {
        const { file, values, env } = await context.loadConfig()
        const shown = maskSecrets(values, env)
        context.terminal.print(`// ${file}`)
        context.terminal.print(JSON.stringify(shown, null, 2))
        context.terminal.document('config', { file, config: shown })
        return EXIT_DONE
      }),
    )
}

/** A secret is shown as where it comes from and whether it is there, never as what it is. */
function maskSecrets(value: unknown, env: Readonly<Record<string, string | undefined>>): unknown {
  if (Array.isArray(value)) return value.map((item) => maskSecrets(item, env))
  if (typeof value === 'string') return maskUrl(value)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  if (entries.length === 1 && typeof Object.values(value)[0] === 'string' && 'env' in value) {
    return `env ${String(value.env)} (${env[String(value.env)] ? 'set' : 'not set'})`
  }
  return Object.fromEntries(entries.map(([key, item]) => [key, maskSecrets(item, env)]))
}

/** URLs of RPCs and gateways often carry a key: user, password, query and long path parts are hidden. */
function maskUrl(text: string): string {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) return text
  const url = new URL(text)
  const path = url.pathname
    .split('/')
    .map((part) => (part.length >= 20 ? '…' : part))
    .join('/')
  const user = url.username ? '…@' : ''
  return `${url.protocol}//${user}${url.host}${path === '/' ? '' : path}${url.search ? '?…' : ''}`
}
