import { isOwnFile } from '@domainsync/core'
import { accountText, missingSignatures, requestedStatement, type SigningFile } from '@domainsync/pq'
import { EXIT_DONE, EXIT_INCOMPLETE } from './exit-code.ts'
import type { Terminal } from './terminal.ts'
import { visibleName } from './visible.ts'

interface ShowSigningOptions {
  readonly terminal: Terminal
  /** Where it lies. */
  readonly file: string
}

/** What a signing file asks for, and where to go with it. */
export function showSigningRequest(
  request: SigningFile,
  { terminal, file, from }: ShowSigningOptions & { readonly from: string | undefined },
): number {
  const { domain, release, content } = requestedStatement(request)
  terminal.print(`Release ${release} of ${domain} waits for its signatures in ${file}. Nothing was published.`)
  terminal.print(`  where the keys are:  domainsync sign ${file}`)
  const same = from === undefined ? '' : ` --from ${from}`
  terminal.print(`  then here:           domainsync publish ${domain} --signed ${file}${same}`)
  terminal.document('publish', { outcome: 'unsigned', domain, release, content, file, ...request.keys })
  return EXIT_DONE
}

/** All of what is signed, for the person who signs it. */
export function showStatement(request: SigningFile, terminal: Terminal): void {
  const { domain, release, chainId, registry, content, previous, createdAt, files } = requestedStatement(request)
  terminal.print(`release   ${release} of ${visibleName(domain)}`)
  terminal.print(`chain     ${chainId}, registry ${registry}`)
  terminal.print(`content   ${visibleName(content)}, ${files.filter((file) => !isOwnFile(file)).length} files`)
  terminal.print(`follows   ${previous === null ? 'nothing: it is the first' : visibleName(previous)}`)
  terminal.print(`made      ${visibleName(createdAt)}`)
}

/** What is signed by now, and what comes next; with `wouldSign` before it is signed, by these keys. */
export function showSigned(
  signed: SigningFile,
  { terminal, file, wouldSign }: ShowSigningOptions & { readonly wouldSign?: readonly string[] },
): number {
  const { domain, release, content } = requestedStatement(signed)
  const missing = missingSignatures(signed)
  const text = accountText(signed)
  if (wouldSign !== undefined) {
    terminal.print(`Would sign with ${wouldSign.length === 0 ? 'no key: none is here.' : wouldSign.join(', ')}`)
  }
  if (missing.length === 0) {
    terminal.print(`Signed by both keys: ${file}`)
    terminal.print(`  where it was prepared, with the same folder:  domainsync publish ${domain} --signed ${file}`)
  } else {
    terminal.print(`Not signed yet by: ${missing.join(', ')}`)
    terminal.print(`With key files:  domainsync sign ${file} --release-key <file> --signer-key <file>`)
    if (signed.account === undefined) {
      terminal.print(`The signer's wallet signs this text (EIP-191, "personal_sign"):`)
      terminal.print(`  ${text}`)
      terminal.print(`  then:  domainsync sign ${file} --signature 0x…`)
    }
  }
  const outcome = missing.length === 0 ? 'signed' : 'incomplete'
  terminal.document('sign', { outcome, domain, release, content, file, missing, wouldSign, text, ...signed.keys })
  return missing.length === 0 ? EXIT_DONE : EXIT_INCOMPLETE
}
