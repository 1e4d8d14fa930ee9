import { resolve } from 'node:path'
import { DomainSyncError } from '@domainsync/core'
import { importFolder } from '@domainsync/ipfs-mirror'
import {
  accountText,
  addAccountSignature,
  addPqSignature,
  requestedStatement,
  requireFittingSignatures,
  type SigningFile,
} from '@domainsync/pq'
import { bestMlDsa } from '@domainsync/pq/node'
import { changesBetween } from '@domainsync/publisher'
import type { CommandContext } from '../command-context.ts'
import { confirmWrite } from '../output/confirm.ts'
import { showSigned, showStatement } from '../output/show-signing.ts'
import { visibleName } from '../output/visible.ts'
import type { AddCommand } from '../program.ts'
import { openSigningKeys } from '../signing/open-signing-keys.ts'
import { requireWantedKeys } from '../signing/require-wanted-keys.ts'
import type { SigningKeyOptions } from '../signing/signing-config.ts'
import { readSigningFile, writeSigningFile } from '../signing/signing-files.ts'

interface SignOptions extends SigningKeyOptions {
  readonly signature?: string
  readonly site?: string
  readonly out?: string
}

/** `sign <file>`: the signatures of a release, where the keys are; needs no chain and no network. */
export const addSignCommand: AddCommand = (program, action) => {
  program
    .command('sign <file>')
    .description('sign what "publish --prepare" wrote: with the keys here, or with a signature of a hardware wallet')
    .option('--release-key <file>', 'the ML-DSA-87 key file (default, when no key file is named: the configured one)')
    .option(
      '--signer-key <file>',
      'the key file of the signer (default, when no key file is named: the configured one)',
    )
    .option('--signature <hex>', 'the signature of the shown text, made by the wallet of the signer (EIP-191)')
    .option('--site <dir>', 'compare with this folder first: refuse when its files are others')
    .option('--out <file>', 'where the signed file goes (default: in place)')
    .action(
      action<SignOptions>(async (context, [path], { signature, site, out = path!, ...keyOptions }) => {
        const { terminal, signal, flags } = context
        const request = await readSigningFile(path!)
        requireFittingSignatures(request, { verifyMlDsa: bestMlDsa().verify })
        showStatement(request, terminal)
        if (site !== undefined) await compareSite(request, { site, ...context })
        else terminal.print('compared  with no folder: --site <dir> compares every file with yours')
        await refuseOtherNetwork(request, context)
        const given = signature === undefined ? request : addAccountSignature(request, signature)
        const wouldSign = await requireWantedKeys(given, { ...keyOptions, ...context })
        if (flags.dryRun) return showSigned(request, { terminal, file: path!, wouldSign })
        const { chainId, domain, release } = requestedStatement(request)
        const deed = `This signs for chain ${chainId}`
        await confirmWrite(`Sign release ${release} of ${domain}?`, { terminal, chainId, signal, deed, ...flags })
        const signed = await addSignatures(given, { ...keyOptions, ...context })
        await writeSigningFile(out, signed)
        return showSigned(signed, { terminal, file: out })
      }),
    )
}

async function compareSite(
  request: SigningFile,
  { site, terminal, signal }: CommandContext & { site: string },
): Promise<void> {
  const statement = requestedStatement(request)
  const { root, files } = await importFolder(resolve(site), { signal, rehash: true })
  const [difference] = changesBetween(statement.files, files)
  if (`${root}` !== statement.content || difference !== undefined) {
    const first = difference === undefined ? '' : `; the first difference is "${visibleName(difference.path)}"`
    throw new DomainSyncError('CONTENT_MISMATCH', `The files of ${site} are not those that are to be signed${first}.`, {
      state: 'Nothing was signed.',
      retryable: false,
    })
  }
  terminal.print(`compared  all ${files.length} files are those of ${site}`)
}

/** Where the signing machine has a configuration, it says which domains, chain and registry are its own. */
async function refuseOtherNetwork(request: SigningFile, context: CommandContext): Promise<void> {
  const config = await context.findConfig()
  if (config === undefined) return
  const { chainId, registry, domain } = requestedStatement(request)
  const { network, domains } = config.values
  const sameNetwork = network.chainId === chainId && network.registry.toLowerCase() === registry
  if (sameNetwork && domain in domains) return
  const own = sameNetwork ? 'no such domain' : `chain ${network.chainId}, registry ${network.registry}`
  throw new DomainSyncError(
    'SIGNING_OTHER_NETWORK',
    `That is for ${domain} on chain ${chainId}, registry ${registry}; the configuration here has ${own}.`,
    { state: 'Nothing was signed.', next: 'domainsync config', retryable: false },
  )
}

async function addSignatures(given: SigningFile, options: SigningKeyOptions & CommandContext): Promise<SigningFile> {
  const { release, signer } = await openSigningKeys(given, options)
  const signed = release === undefined ? given : await addPqSignature(given, release)
  return signer === undefined ? signed : addAccountSignature(signed, await signer.signMessage(accountText(signed)))
}
