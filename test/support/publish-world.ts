import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Contract, JsonRpcProvider, Wallet } from 'ethers'
import { IDomainSyncRegistry__factory } from '../../packages/bindings/dist/index.js'
import { readAccount } from '../../packages/cli/dist/config/account.js'
import { type LoadedConfig, loadConfig } from '../../packages/cli/dist/config/load-config.js'
import { readAddress, readPqKeyHash } from '../../packages/cli/dist/config/public-id.js'
import type { Config } from '../../packages/cli/dist/config/schema.js'
import { DEVELOPMENT_ACCOUNTS } from '../../packages/cli/dist/demo/development-accounts.js'
import { writeDemoConfig } from '../../packages/cli/dist/demo/write-demo-config.js'
import { openDnsDriver, openResolvers } from '../../packages/cli/dist/wiring/dns-drivers.js'
import { openNetwork } from '../../packages/cli/dist/wiring/network-chain.js'
import { openServers } from '../../packages/cli/dist/wiring/open-servers.js'
import { registerDomain } from '../../packages/cli/dist/wiring/register-domain.js'
import { domainId, parseDomainName, rootFromHash } from '../../packages/core/dist/index.js'
import { reservePorts } from '../../packages/core/dist/node/index.js'
import { CHAIN_NODE, type ChainNode, type ChainNodeKind, startChainNode } from './chain-node.ts'
import { cheapenKeyFile } from './cheapen-key-file.ts'
import { mined } from './mined.ts'
import { deployRegistry } from './test-registry.ts'

export const DOMAIN = parseDomainName('bbbhhai.com')
const NODES = 3
const registry = IDomainSyncRegistry__factory.createInterface()

export type Root = ReturnType<typeof rootFromHash>
export type AccountRole = keyof typeof DEVELOPMENT_ACCOUNTS

/** What a person would see of a domain from outside. */
export interface Outside {
  /** Releases that became live, counted in the events; rollbacks count too. */
  readonly successes: number
  /** Failed attempts, counted in the events. */
  readonly failures: number
  /** Transactions that the publisher's key ever had mined. */
  readonly transactions: number
  /** Root of the live release. */
  readonly live: string | undefined
  /** What DNS names. */
  readonly dns: string | undefined
}

/** A call of the registry that takes the domain, one number, and for some the fence. */
export interface RegistryCall {
  readonly method: 'rollback' | 'quarantine' | 'keep' | 'pause'
  readonly value: number
  /** What it offers to be mined before others; the node's own idea by default. */
  readonly tipWei?: bigint
}

/** A chain with the registry, three nodes and a DNS server, all real and on sockets, and one registered domain. */
export interface PublishWorld extends AsyncDisposable {
  readonly folder: string
  readonly config: LoadedConfig
  readonly chain: ChainNode
  /** Writes a site's folder anew; gives its path. */
  writeSite(files: Readonly<Record<string, string>>): Promise<string>
  /** Another configuration beside the first, changed. Relative paths mean the same. */
  configWith(name: string, change: (config: Config) => void): Promise<LoadedConfig>
  /** A transaction of the registry by one of the accounts, mined. The domain's id and seq are filled in. */
  send(role: AccountRole, call: RegistryCall): Promise<void>
  outside(): Promise<Outside>
  /** Ends the nodes and the DNS server, as when the machine is gone. */
  stopServers(): Promise<void>
  /** Root of the live release. */
  liveRoot(): Promise<Root>
  /** How many transactions of an account were ever mined. */
  transactionsOf(role: AccountRole): Promise<number>
}

export interface PublishWorldOptions {
  /** How often the nodes look which release they serve, in milliseconds. A minute unless the test is about readers. */
  readonly refreshEveryMs?: number
}

/** Sets everything up on free ports in a folder of its own; disposing ends and removes it all. */
export async function openPublishWorld(
  kind: ChainNodeKind = CHAIN_NODE,
  { refreshEveryMs = 60_000 }: PublishWorldOptions = {},
): Promise<PublishWorld> {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'domainsync-test-'))
  stack.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }))
  const chain = stack.use(await startChainNode(kind))
  const deployed = await deployRegistry(chain)
  deployed.close()

  const [dnsPort, ...nodePorts] = await reservePorts(1 + NODES)
  const site = join(folder, 'site')
  const first = await writeDemoConfig({
    folder,
    sites: [{ domain: DOMAIN, folder: site, checks: [{ path: '/', status: 200 }] }],
    chainUrl: chain.url,
    registry: deployed.address,
    nodePorts,
    dnsPort: dnsPort!,
  })
  const passphrase = await readFile(join(folder, 'keys/release-passphrase'), 'utf8')
  await cheapenKeyFile(join(folder, 'keys/release.json'), passphrase)
  const raw = (await import(pathToFileURL(first).href)).default as Config
  const configWith: PublishWorld['configWith'] = async (name, change) => {
    const config = structuredClone(raw)
    change(config)
    const file = join(folder, `${name}.config.ts`)
    await writeFile(file, `export default ${JSON.stringify(config)}\n`)
    return loadConfig(file)
  }
  // The registry of tests has one registrar: the first account, which is the owner here.
  const config = await configWith('world', ({ keys, serve }) => {
    keys!.registrar = keys!.owner
    serve!.refreshEveryMs = refreshEveryMs
  })
  const stop = new AbortController()
  stack.defer(() => stop.abort())
  const servers = stack.use(new AsyncDisposableStack())
  servers.use(await openServers(config, { names: [], signal: stop.signal, onEvent: () => {} }))
  await register(config)

  const provider = new JsonRpcProvider(chain.url, chain.chainId, {
    staticNetwork: true,
    cacheTimeout: -1,
    batchMaxCount: 1,
    pollingInterval: 20,
  })
  stack.defer(() => provider.destroy())
  const contract = new Contract(deployed.address, registry, provider)
  const id = domainId(DOMAIN)
  const driver = await openDnsDriver(DOMAIN, config)
  const head = (): Promise<{ ipfsHash: `0x${string}`; live: bigint; seq: bigint }> =>
    contract.getFunction('head').staticCall(id)
  const transactionsOf = (role: AccountRole) =>
    provider.getTransactionCount(DEVELOPMENT_ACCOUNTS[role].address, 'latest')
  const owned = stack.move()

  return {
    folder,
    config,
    chain,
    configWith,
    async writeSite(files) {
      await rm(site, { recursive: true, force: true })
      for (const [path, text] of Object.entries(files)) {
        await mkdir(dirname(join(site, path)), { recursive: true })
        await writeFile(join(site, path), text)
      }
      return site
    },
    async send(role, { method, value, tipWei }) {
      const { seq } = await head()
      const fenced = registry.getFunction(method)!.inputs.at(-1)!.name === 'expectedSeq' ? [seq] : []
      const signed = contract.connect(new Wallet(DEVELOPMENT_ACCOUNTS[role].key, provider)) as Contract
      // With a gas limit, lest the node estimates on top of what waits in its pool.
      const fees =
        tipWei === undefined ? {} : { maxPriorityFeePerGas: tipWei, maxFeePerGas: 100n * tipWei, gasLimit: 200_000 }
      await mined(await signed.getFunction(method).send(id, value, ...fenced, fees))
    },
    async outside() {
      const logs = await contract.queryFilter(contract.filters.DomainSync!(id), 0, 'latest')
      const successes = logs.filter((log) => registry.parseLog(log)!.args.success).length
      const [transactions, { cid }, { live, ipfsHash }] = await Promise.all([
        transactionsOf('publisher'),
        driver.read(DOMAIN),
        head(),
      ])
      const failures = logs.length - successes
      return {
        successes,
        failures,
        transactions,
        live: live === 0n ? undefined : `${rootFromHash(ipfsHash)}`,
        dns: cid,
      }
    },
    async stopServers() {
      stop.abort()
      await servers.disposeAsync()
    },
    liveRoot: async () => rootFromHash((await head()).ipfsHash),
    transactionsOf,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function register(config: LoadedConfig): Promise<void> {
  const [owner, signer, publisher, healer, pqKeyHash] = await Promise.all([
    readAddress('owner', config),
    readAddress('signer', config),
    readAddress('publisher', config),
    readAddress('healer', config),
    readPqKeyHash(config),
  ])
  await registerDomain(DOMAIN, {
    network: await openNetwork(config),
    roles: { owner, guardian: owner, signer, publisher, healer, pqKeyHash },
    registrar: await readAccount('registrar', config),
    payer: await readAccount('owner', config),
    resolvers: openResolvers(config),
  })
}
