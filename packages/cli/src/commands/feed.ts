import { type Address, type DomainName, domainId, hashFromRoot, parseDomainName, rootFromHash } from '@domainsync/core'
import { nextFeed, storeFeed } from '@domainsync/publisher'
import { type Feed, leafHash, type ReadManifest, readAnchored, registryCall, verifyLeaf } from '@domainsync/sdk'
import type { CID } from 'multiformats/cid'
import { changing } from '../actions/changing.ts'
import { holdersOf } from '../actions/holders-of.ts'
import { type OpenDomain, openDomain } from '../actions/open-domain.ts'
import { readFeedMap } from '../actions/read-feed-map.ts'
import type { NoAction, RegistryAction } from '../actions/registry-action.ts'
import { UNSIGNED, type UnsignedOption } from '../actions/unsigned-option.ts'
import type { CommandContext } from '../command-context.ts'
import { copies } from '../output/copies.ts'
import { EXIT_DONE, EXIT_FAILED } from '../output/exit-code.ts'
import { shortCid } from '../output/short.ts'
import type { Terminal } from '../output/terminal.ts'
import type { AddCommand } from '../program.ts'
import { openPublisherPorts } from '../wiring/open-publisher.ts'
import { openReader } from '../wiring/open-reader.ts'

interface AnchorOptions extends UnsignedOption {
  readonly anew?: boolean
}

const NOBODY: Address = `0x${'0'.repeat(40)}`

/** `feed show|prove|anchor|join|leave`: many domains for the price of one. */
export const addFeedCommand: AddCommand = (program, action) => {
  const feed = program
    .command('feed')
    .description('one registered name that anchors the roots of a whole map of domains, for the price of one')
  feed
    .command('show <feed>')
    .description('fetch what it has anchored and compute its root anew; says no when they differ')
    .action(action(async (context, [text]) => showFeed(await openDomain(text!, context), context)))
  feed
    .command('prove <feed> <domain>')
    .description('the leaf of a domain with its proof, asked of the registry')
    .action(action(async (context, [text, domain]) => proveLeaf(domain!, await openDomain(text!, context), context)))
  feed
    .command('anchor <feed> <map.json>')
    .description('a new map of domains and roots: stored, proven, anchored. The publisher of the feed may')
    .option('--anew', 'build on nothing: what is anchored now is forged, or its manifest is lost')
    .addOption(UNSIGNED)
    .action(
      action(
        changing<AnchorOptions>('feed', (open, { args: [map], options: { anew = false }, context }) =>
          anchorAction(open, { map: map!, anew, context }),
        ),
      ),
    )
  feed
    .command('join <domain> <feed>')
    .description('have a domain live in a feed instead of publishing by itself. Its owner may')
    .addOption(UNSIGNED)
    .action(
      action(
        changing<UnsignedOption>('feed', (open, { args: [name] }) =>
          setFeedAction(open, domainId(parseDomainName(name!))),
        ),
      ),
    )
  feed
    .command('leave <domain>')
    .description('have it publish by itself again, once its owner unpauses publishing')
    .addOption(UNSIGNED)
    .action(action(changing<UnsignedOption>('feed', (open) => setFeedAction(open, NOBODY))))
}

/** The map that a feed has anchored last, recomputed from its manifest; `undefined` before the first. */
async function readAnchoredMap({ config, network, state, call }: OpenDomain): Promise<ReadManifest | undefined> {
  if (state.anchored === undefined) return undefined
  return readAnchored(state.domain, state.anchored, { ...network, ...call, source: await openReader(config) })
}

async function showFeed(open: OpenDomain, { terminal }: CommandContext): Promise<number> {
  const { domain, head } = open.state
  const feed = await readAnchoredMap(open)
  if (feed === undefined) return tellEmpty(domain, terminal)
  const { root, manifest, leaves } = feed
  const { seq } = head
  terminal.print(`root      ${root}   (computed from the manifest, and the one on chain)`)
  terminal.print(`manifest  ${manifest}`)
  terminal.print(`domains   ${leaves.length}   seq ${seq}`)
  terminal.document('feed', { domain, outcome: 'verified', root, seq, manifest: `${manifest}`, domains: leaves.length })
  return EXIT_DONE
}

function tellEmpty(domain: DomainName, terminal: Terminal): number {
  terminal.print(`${domain} has anchored nothing yet.`)
  terminal.document('feed', { domain, outcome: 'empty' })
  return EXIT_DONE
}

async function proveLeaf(text: string, open: OpenDomain, { terminal }: CommandContext): Promise<number> {
  const id = domainId(parseDomainName(text))
  const feed = await readAnchoredMap(open)
  if (feed === undefined) return tellEmpty(open.state.domain, terminal)
  const leaf = feed.leafOf(id)
  const proof = feed.proofOf(id)
  const current = await verifyLeaf({ leaf, proof }, { ...open.network, ...open.call })
  terminal.print(`leaf    ${leafHash(leaf)}   release ${leaf.release}   ${rootFromHash(leaf.ipfsHash)}`)
  terminal.print(`proof   ${proof.length} hashes`)
  terminal.print(
    current
      ? `The registry says: current in the feed that ${text} chose.`
      : `The registry says no: ${text} has not chosen this feed, or another root is anchored by now.`,
  )
  terminal.document('feed', { domain: text, outcome: current ? 'current' : 'not current', leaf, proof })
  return current ? EXIT_DONE : EXIT_FAILED
}

async function anchorAction(
  open: OpenDomain,
  { map, anew, context }: { map: string; anew: boolean; context: CommandContext },
): Promise<RegistryAction | NoAction> {
  const { network, state } = open
  const { terminal, flags } = context
  const entries = await readFeedMap(map)
  const before = anew ? undefined : await readAnchoredMap(open)
  const { feed, changed, removed } = nextFeed(before, entries)
  if (feed.root === before?.root) return { unchanged: `${state.domain} has anchored this map already.` }
  terminal.progress(`${changed.length} of ${entries.size} domains changed, ${removed.length} removed.`)
  const manifest = flags.dryRun ? undefined : await storeManifest(feed, open, terminal)
  // A dry run stores nothing, and costs the same with any digest.
  const manifestHash = manifest === undefined ? feed.root : hashFromRoot(manifest)
  return {
    call: registryCall(network.registry, 'anchor', [state.id, feed.root, manifestHash, state.head.seq]),
    actors: [{ role: 'publisher', address: state.publisher }],
    title: `Anchor ${entries.size} domains in ${state.domain}`,
    done: [`Anchored ${feed.root}, ${entries.size} domains, manifest ${manifest}.`],
  }
}

async function storeManifest(
  feed: Feed,
  { config, network, state, call }: OpenDomain,
  terminal: Terminal,
): Promise<CID> {
  await using ports = await openPublisherPorts(config, { unsigned: true })
  const { manifest, replication } = await storeFeed(feed, { ports, place: { ...network, feed: state.id }, ...call })
  terminal.progress(`Manifest ${shortCid(`${manifest}`)}: ${copies(replication.held)} proven.`)
  return manifest
}

function setFeedAction({ state, network }: OpenDomain, feed: Address): RegistryAction | NoAction {
  const now = state.feed ?? NOBODY
  const leaves = feed === NOBODY
  if (now === feed) return { unchanged: `${state.domain} lives in ${leaves ? 'no feed' : 'this feed'} already.` }
  return {
    call: registryCall(network.registry, 'setFeed', [state.id, feed]),
    actors: holdersOf(state, ['owner']),
    title: leaves ? `Take ${state.domain} out of its feed` : `Have ${state.domain} live in the feed ${feed}`,
    done: leaves
      ? [
          `${state.domain} publishes by itself again, once it is unpaused: domainsync unpause ${state.domain} publishing`,
        ]
      : [`${state.domain} lives in the feed from now on. There it has no healer and no rollback.`],
  }
}
