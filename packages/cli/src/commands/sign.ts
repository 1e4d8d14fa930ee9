import { resolve } from 'node:path'
import { DomainSyncError } from '@domainsync/core'
import { importFolder } from '@domainsync/ipfs-mirror'
import {
  accountText,
  addAccountSignature,
  addPqSignature,
  PqError,
  requestedStatement,
  type SigningFile,
} from '@domainsync/pq'
import type { CommandContext } from '../command-context.ts'
import { confirmWrite } from '../output/confirm.ts'
import { showSigned, showStatement } from '../output/show-signing.ts'
import type { AddCommand } from '../program.ts'
import { openSigningKeys, type SigningKeyOptions } from '../signing/open-signing-keys.ts'
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
    .option('--release-key <file>', 'the ML-DSA-87 key file (default: the configured one)')
    .option('--signer-key <file>', 'the key file of the signer (default: the configured one)')
    .option('--signature <hex>', 'the signature of the shown text, made by the wallet of the signer (EIP-191)')
    .option('--site <dir>', 'compare with this folder first: refuse when its files are others')
    .option('--out <file>', 'where the signed file goes (default: in place)')
    .action(
      action<SignOptions>(async (context, [path], { signature, site, out = path!, ...keyOptions }) => {
        const { terminal, signal, flags } = context
        const request = await readSigningFile(path!)
        showStatement(request, terminal)
        if (site !== undefined) await compareSite(request, { site, ...context })
        if (flags.dryRun) return showSigned(request, { terminal, file: path! })
        const { chainId, domain, release } = requestedStatement(request)
        const deed = `This signs for chain ${chainId}`
        await confirmWrite(`Sign release ${release} of ${domain}?`, { terminal, chainId, signal, deed, ...flags })
        const signed = await addSignatures(request, { signature, keyOptions, context })
        await writeSigningFile(out, signed)
        return showSigned(signed, { terminal, file: out })
      }),
    )
}

async function compareSite(
  request: SigningFile,
  { site, terminal, signal }: CommandContext & { site: string },
): Promise<void> {
  const { content } = requestedStatement(request)
  const { root, files } = await importFolder(resolve(site), { signal, rehash: true })
  if (`${root}` !== content) {
    throw new DomainSyncError(
      'CONTENT_MISMATCH',
      `The files of ${site} are ${root}; those to be signed are ${content}.`,
      {
        state: 'Nothing was signed.',
        retryable: false,
      },
    )
  }
  terminal.print(`compared  all ${files.length} files are those of ${site}`)
}

async function addSignatures(
  request: SigningFile,
  {
    signature,
    keyOptions,
    context,
  }: { signature: string | undefined; keyOptions: SigningKeyOptions; context: CommandContext },
): Promise<SigningFile> {
  let signed = signature === undefined ? request : addAccountSignature(request, signature)
  const { release, signer } = await openSigningKeys(request, { ...keyOptions, ...context })
  if (release !== undefined) signed = await addPqSignature(signed, release)
  if (signer === undefined || signature !== undefined) return signed
  const address = signer.address.toLowerCase()
  if (address !== request.keys.signer) {
    throw new PqError('SIGNER_MISMATCH', `The signer wanted is ${request.keys.signer}; the key here is ${address}.`)
  }
  return addAccountSignature(signed, await signer.signMessage(accountText(signed)))
}
