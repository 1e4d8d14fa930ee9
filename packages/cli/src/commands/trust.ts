import { type Address, type Bytes32, DomainSyncError, utcTime } from '@domainsync/core'
import { registryCall } from '@domainsync/sdk'
import { changing } from '../actions/changing.ts'
import { holdersOf } from '../actions/holders-of.ts'
import { type OpenDomain, openDomain } from '../actions/open-domain.ts'
import { parseAddress } from '../actions/parse-address.ts'
import type { NoAction, RegistryAction } from '../actions/registry-action.ts'
import { readTrustChange, type TrustChange, type TrustFields, trustDifferences } from '../actions/trust-change.ts'
import { UNSIGNED, type UnsignedOption } from '../actions/unsigned-option.ts'
import type { CommandContext } from '../command-context.ts'
import { releaseKeyHash } from '../config/release-key-hash.ts'
import { EXIT_DONE } from '../output/exit-code.ts'
import type { AddCommand } from '../program.ts'

interface ProposeOptions extends UnsignedOption {
  readonly owner?: string
  readonly guardian?: string
  readonly signer?: string
  readonly releaseKey?: string
}

/** `trust show|propose|cancel|accept <domain>`: who owns the domain and whose signatures readers take. */
export const addTrustCommand: AddCommand = (program, action) => {
  const trust = program
    .command('trust')
    .description('who owns a domain and whose signatures readers take; a change waits two days and can be vetoed')
  trust
    .command('show <domain>')
    .description('the trust of the next release, and the change that waits')
    .action(action(async (context, [text]) => showTrust(await openDomain(text!, context), context)))
  trust
    .command('propose <domain>')
    .description('begin a change; what is not named stays. The owner may')
    .option('--owner <address>', 'the new owner, who accepts the change')
    .option('--guardian <address>', 'the new guardian')
    .option('--signer <address>', 'the key that signs releases (ECDSA)')
    .option('--release-key <file or hash>', 'the key that signs releases (ML-DSA-87): its file, or SHA-256 of its SPKI')
    .addOption(UNSIGNED)
    .action(
      action(
        changing<ProposeOptions>('trust', async (open, { options }) =>
          proposeAction(open, await parseChanges(options)),
        ),
      ),
    )
  trust
    .command('cancel <domain>')
    .description('veto the change that waits; the owner or the guardian may')
    .addOption(UNSIGNED)
    .action(action(changing<UnsignedOption>('trust', cancelAction)))
  trust
    .command('accept <domain>')
    .description('make the change, after its delay; the new owner may')
    .addOption(UNSIGNED)
    .action(action(changing<UnsignedOption>('trust', acceptAction)))
}

async function showTrust(open: OpenDomain, { terminal }: CommandContext): Promise<number> {
  const { domain, nextTrust } = open.state
  const change = await readTrustChange(open.state, open)
  const { owner, guardian, signer, pqKeyHash, fromRelease } = nextTrust
  terminal.print(`owner       ${owner}`)
  terminal.print(`guardian    ${guardian}`)
  terminal.print(`signer      ${signer}`)
  terminal.print(`release key ${pqKeyHash}`)
  terminal.print(`since       release ${fromRelease}`)
  if (change === undefined) terminal.print('No change waits.')
  else for (const line of changeLines(change, nextTrust)) terminal.print(line)
  terminal.document('trust', { domain, outcome: 'shown', trust: nextTrust, pending: change })
  return EXIT_DONE
}

function changeLines({ reclaim, notBefore, next }: TrustChange, now: TrustFields): readonly string[] {
  const what = reclaim ? 'A reclaim by the registrars waits' : 'A change waits'
  return [
    `${what}, possible from ${utcTime(notBefore * 1_000)} on:`,
    ...trustDifferences(now, next).map((line) => `  ${line}`),
  ]
}

async function proposeAction(open: OpenDomain, changes: Partial<TrustFields>): Promise<RegistryAction | NoAction> {
  const { state, network } = open
  const { owner, guardian, signer, pqKeyHash } = state.nextTrust
  const next: TrustFields = { owner, guardian, signer, pqKeyHash, ...changes }
  const differences = trustDifferences(state.nextTrust, next)
  if (differences.length === 0) return { unchanged: `That is the trust of ${state.domain} already.` }
  const waiting = await readTrustChange(state, open)
  if (waiting !== undefined && !waiting.reclaim && trustDifferences(waiting.next, next).length === 0) {
    return { unchanged: `That is proposed already, and possible from ${utcTime(waiting.notBefore * 1_000)} on.` }
  }
  return {
    call: registryCall(network.registry, 'proposeTrust', [state.id, { ...next, fromRelease: 0 }]),
    actors: holdersOf(state, ['owner']),
    title: `Propose another trust for ${state.domain} (${differences.map((line) => line.replace(/ +/g, ' ')).join(', ')})`,
    done: [
      ...differences,
      ...(waiting ? ['It takes the place of the change that waited before.'] : []),
      `In two days ${next.owner} accepts it: domainsync trust accept ${state.domain}`,
      `Until then the old keys sign; owner or guardian can veto it: domainsync trust cancel ${state.domain}`,
    ],
  }
}

async function cancelAction(open: OpenDomain): Promise<RegistryAction | NoAction> {
  const { state, network } = open
  const change = await readTrustChange(state, open)
  if (change === undefined) return { unchanged: `No change of trust waits for ${state.domain}.` }
  if (change.reclaim) throw isReclaim(state.domain)
  return {
    call: registryCall(network.registry, 'cancelTrust', [state.id]),
    actors: holdersOf(state, ['guardian', 'owner']),
    title: `Veto the change of trust of ${state.domain}`,
    done: [`The change is off; the trust of ${state.domain} stays as it is.`],
  }
}

async function acceptAction(open: OpenDomain): Promise<RegistryAction | NoAction> {
  const { state, network } = open
  const change = await readTrustChange(state, open)
  if (change === undefined) return { unchanged: `No change of trust waits for ${state.domain}.` }
  const { next, notBefore } = change
  return {
    call: registryCall(network.registry, 'acceptTrust', [state.id, { ...next, fromRelease: 0 }]),
    actors: [{ role: 'owner', address: next.owner }],
    title: `Accept the trust of ${state.domain} that is possible from ${utcTime(notBefore * 1_000)} on`,
    done: [
      ...trustDifferences(state.nextTrust, next),
      `From release ${state.head.latest + 1} on ${state.domain} is signed by the new keys; older releases stay verifiable.`,
      ...(change.reclaim ? [`Name its keys anew: domainsync roles ${state.domain} --publisher … --healer …`] : []),
    ],
  }
}

async function parseChanges({ owner, guardian, signer, releaseKey }: ProposeOptions): Promise<Partial<TrustFields>> {
  const changes: Partial<Record<keyof TrustFields, Address | Bytes32>> = {}
  if (owner !== undefined) changes.owner = parseAddress(owner, '--owner')
  if (guardian !== undefined) changes.guardian = parseAddress(guardian, '--guardian')
  if (signer !== undefined) changes.signer = parseAddress(signer, '--signer')
  if (releaseKey !== undefined) changes.pqKeyHash = await releaseKeyHash(releaseKey, '--release-key')
  return changes as Partial<TrustFields>
}

function isReclaim(domain: string): DomainSyncError {
  return new DomainSyncError(
    'RECLAIM_PENDING',
    `What waits for ${domain} is a reclaim by the registrars, which only its owner stops.`,
    {
      state: 'Nothing was sent.',
      next: `domainsync reclaim object ${domain}`,
      retryable: false,
    },
  )
}
