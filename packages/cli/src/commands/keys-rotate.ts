import { join, resolve } from 'node:path'
import { type Address, parseDomainName } from '@domainsync/core'
import type { CommandContext } from '../command-context.ts'
import { rotationFile } from '../config/rotation-files.ts'
import { readSigningKeys } from '../config/signing-keys.ts'
import { EXIT_DONE } from '../output/exit-code.ts'
import type { AddCommand } from '../program.ts'
import { readNewPassphrase, readPassphrase } from '../read-passphrase.ts'
import { addRotation, missingKeys, openNewKeys } from '../signing/rotate-keys.ts'

interface RotateOptions {
  readonly keepSigner?: boolean
}

/** `keys rotate`, below `keys`. */
export const addRotateCommand: AddCommand = (keys, action) => {
  keys
    .command('rotate <folder> [domain...]')
    .description(
      'new signing keys (made in the folder where they are missing), named by the old ones: readers who pinned follow',
    )
    .option('--keep-signer', 'exchange only the ML-DSA-87 key')
    .action(
      action<RotateOptions>((context, [folder, ...names], options) => rotate(folder!, { names, options, context })),
    )
}

/** What signs now signs what will sign; the chain follows by `trust propose` and `trust accept`. */
async function rotate(
  folder: string,
  { names, options, context }: { names: readonly string[]; options: RotateOptions; context: CommandContext },
): Promise<number> {
  const { terminal, signal, flags } = context
  const config = await context.loadConfig()
  const domains = (names.length > 0 ? names : Object.keys(config.values.domains)).map(parseDomainName)
  const roles = options.keepSigner ? (['release'] as const) : (['release', 'signer'] as const)
  const place = resolve(folder)
  if (flags.dryRun) {
    terminal.print(`Would write what is missing of ${roles.map((role) => join(folder, `${role}.json`)).join(', ')}`)
    for (const domain of domains)
      terminal.print(`Would sign the exchange for ${domain}: ${rotationFile(domain, config)}`)
    terminal.document('keys', { outcome: 'planned', folder: place, domains })
    return EXIT_DONE
  }
  const old = await readSigningKeys(config)
  const isNew = missingKeys({ folder: place, roles }).length > 0
  const passphrase = isNew ? await readNewPassphrase(terminal, signal) : await readPassphrase(place, terminal, signal)
  const signer = old.signer.address.toLowerCase() as Address
  const to = await openNewKeys({ folder: place, roles }, { passphrase, signer })
  const files: string[] = []
  for (const domain of domains) {
    const { file, added } = await addRotation(domain, { to, old, config, signal })
    files.push(file)
    terminal.print(`${domain}  ${added ? 'signed' : 'was signed already'}  ${file}`)
  }
  terminal.print(`release key ${to.pqKeyHash}`)
  terminal.print(`signer      ${to.signer}`)
  terminal.print('Next, for each domain; until it is accepted the old keys sign:')
  for (const domain of domains) {
    const change = to.signer === signer ? '' : ` --signer ${to.signer}`
    terminal.print(`  domainsync trust propose ${domain} --release-key ${to.pqKeyHash}${change}`)
    terminal.print(`  two days later:  domainsync trust accept ${domain}`)
  }
  terminal.print(
    `Then name ${folder} under keys.release and keys.signer, and keep ${config.values.rotations} with the configuration.`,
  )
  terminal.document('keys', { outcome: 'rotated', folder: place, domains, files, ...to })
  return EXIT_DONE
}
