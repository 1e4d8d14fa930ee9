import { type DomainName, rootFromHash } from '@domainsync/core'
import type { PassReport } from '@domainsync/healing-agent'
import picocolors from 'picocolors'
import { readAccount } from '../config/account.ts'
import { copies } from '../output/copies.ts'
import { actionLine } from '../output/describe-action.ts'
import { shortCid, shortCids, shortDuration } from '../output/short.ts'
import { openDnsDriver, openResolvers } from '../wiring/dns-drivers.ts'
import { domainRoles } from '../wiring/domain-roles.ts'
import { openNetwork } from '../wiring/network-chain.ts'
import { openAgent } from '../wiring/open-agent.ts'
import { openPublisher } from '../wiring/open-publisher.ts'
import { registerDomain } from '../wiring/register-domain.ts'
import { openReplicas } from '../wiring/replicas.ts'
import type { ActScene } from './act.ts'
import { openStage, type Stage } from './stage.ts'
import type { DemoSite } from './write-demo-config.ts'

export interface SceneOptions {
  readonly sites: readonly DemoSite[]
  readonly signal: AbortSignal
  readonly say: (line: string) => void
}

/** The stage with everything on it: publisher, agent, and the sites in their places. */
export interface Scene extends AsyncDisposable {
  readonly stage: Stage
  readonly sites: readonly DemoSite[]
  /** Registers and publishes every site, then lets the agent watch. */
  publishAll(): Promise<void>
  /** What the n-th act gets; each is about the next site. */
  forAct(index: number): ActScene
}

/** Builds the scene on a fresh stage. */
export async function openScene({ sites, signal, say }: SceneOptions): Promise<Scene> {
  await using stack = new AsyncDisposableStack()
  const stage = stack.use(await openStage({ sites, signal, onProgress: (line) => say(picocolors.dim(line)) }))
  const { config } = stage
  const network = await openNetwork(config)
  const replicas = (await openReplicas(config)).map(({ replica }) => replica)
  const withPublisher: ActScene['withPublisher'] = async (work) => {
    await using publisher = await openPublisher(config)
    return await work(publisher)
  }
  const drivers = new Map(
    await Promise.all(sites.map(async ({ domain }) => [domain, await openDnsDriver(domain, config)] as const)),
  )

  const liveRoot = async (domain: DomainName) => {
    const state = await network.chain.domain(domain, await network.chain.block('latest', { signal }), { signal })
    return rootFromHash(state!.head.ipfsHash).toString()
  }

  const publish = async ({ domain, folder }: DemoSite) => {
    const startedAt = performance.now()
    const result = await withPublisher(async (publisher) => {
      const plan = await publisher.plan(domain, { from: folder, signal })
      return await publisher.publish(plan, { signal })
    })
    const took = shortDuration(performance.now() - startedAt)
    say(
      `  ${domain}  release ${result.release}  root ${shortCid(result.root)}  ${copies(result.proof.held)} proven  ${took}`,
    )
    say(`    ${picocolors.cyan(config.values.domains[domain]!.url)}`)
  }

  const ended = new AbortController()
  const watch = async () => {
    const agent = owned.use(await openAgent(config, { onEvent: () => {} }))
    const running = agent.run({ signal: AbortSignal.any([signal, ended.signal]), onPass: narrate(say) })
    owned.defer(async () => {
      ended.abort()
      await running
    })
  }

  const scene: Scene = {
    stage,
    sites,
    async publishAll() {
      say('')
      say(picocolors.bold(sites.length === 1 ? 'Publishing your site' : `Publishing ${sites.length} sites`))
      const roles = await domainRoles(config)
      const [registrar, payer] = await Promise.all([readAccount('registrar', config), readAccount('owner', config)])
      for (const { domain } of sites) {
        const resolvers = openResolvers(config)
        await registerDomain(domain, { network, roles, registrar, payer, resolvers, signal })
      }
      for (const site of sites) await publish(site)
      await watch()
    },
    forAct: (index) => {
      const site = sites[index % sites.length]!
      const dns = drivers.get(site.domain)!
      const line = (text: string) => say(`  ${text}`)
      return { stage, site, sites, network, replicas, dns, withPublisher, signal, liveRoot, say: line }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
  const owned = stack.move()
  return scene
}

/** What the agent finds and does, once each. */
function narrate(say: (line: string) => void) {
  const found = new Set<string>()
  return ({ domains }: PassReport): void => {
    for (const { domain, conditions, actions } of domains) {
      const now = conditions.map(({ type, subject, since }) => `${domain} ${type} ${subject} ${since}`)
      for (const [index, { type, subject, evidence }] of conditions.entries()) {
        if (!found.has(now[index]!))
          say(picocolors.yellow(`  agent: ${domain} ${type}${subject ? ` ${subject}` : ''}: ${shortCids(evidence)}`))
        found.add(now[index]!)
      }
      for (const report of actions) {
        const line = actionLine(domain, report)
        if (line !== undefined && report.outcome !== 'skipped') say(picocolors.blue(`  agent: ${shortCids(line)}`))
      }
    }
  }
}
