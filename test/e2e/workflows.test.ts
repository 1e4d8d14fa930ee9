import { execFileSync } from 'node:child_process'
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { secretNameOf } from '../../packages/cli/dist/init/config-secrets.js'
import { renderWorkflows } from '../../packages/cli/dist/init/render-workflows.js'
import { openDnsDriver } from '../../packages/cli/dist/wiring/dns-drivers.js'
import { rootFromHash } from '../../packages/core/dist/index.js'
import { DOMAIN, openPublishWorld, type PublishWorld } from '../support/publish-world.ts'
import { type JobEnd, runJob } from '../support/run-job.ts'

const COMMAND = join(import.meta.dirname, '../../packages/cli/bin/domainsync.js')

describe('the workflows that init writes', { timeout: 60_000 }, () => {
  let world: PublishWorld
  let secrets: Record<string, string>
  let bin: string

  beforeAll(async () => {
    world = await openPublishWorld('anvil', { refreshEveryMs: 200 })
    const config = await world.configWith('ci', ({ domains }) => {
      domains[DOMAIN]!.site = 'site'
    })
    const { files, secrets: named } = renderWorkflows(config, { file: basename(config.file), source: undefined })
    for (const { path, text } of files) {
      await mkdir(join(world.folder, path, '..'), { recursive: true })
      await writeFile(join(world.folder, path), text)
    }
    const contents = await Promise.all(named.files.map((file) => readFile(join(world.folder, file), 'utf8')))
    secrets = Object.fromEntries(named.files.map((file, index) => [`secrets.${secretNameOf(file)}`, contents[index]!]))
    bin = join(world.folder, 'bin')
    await mkdir(bin)
    await writeFile(join(bin, 'domainsync'), `#!/bin/sh\nexec "${process.execPath}" "${COMMAND}" "$@"\n`)
    await chmod(join(bin, 'domainsync'), 0o755)
    await writeFile(join(world.folder, '.gitignore'), 'keys/\nstate/\nbin/\nrunner/\n')
    git('init', '--quiet', '--initial-branch', 'main')
    await push({ 'index.html': 'first' })
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  function git(...args: readonly string[]): string {
    const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false']
    return execFileSync('git', [...identity, ...args], { cwd: world.folder, encoding: 'utf8' }).trim()
  }

  /** A commit of the site; gives the one before it. */
  async function push(files: Readonly<Record<string, string>>): Promise<string> {
    await world.writeSite(files)
    git('add', '--all')
    git('commit', '--quiet', '--allow-empty', '--message', 'a push')
    return git('rev-list', '--max-count', '2', 'HEAD').split('\n')[1] ?? '0'.repeat(40)
  }

  /** One job on a machine of its own: a fresh clone, and nothing of the last one. */
  async function run(workflow: string, job: string, expressions: Record<string, string> = {}): Promise<JobEnd> {
    const runner = join(world.folder, 'runner')
    await rm(runner, { recursive: true, force: true })
    git('clone', '--quiet', world.folder, runner)
    return runJob(join(runner, `.github/workflows/${workflow}.yml`), job, {
      cwd: runner,
      expressions,
      env: { PATH: `${bin}${delimiter}${process.env.PATH}` },
    })
  }

  it('publish what a push changed, on a machine that remembers nothing', async () => {
    const changed = await run('publish', 'changed', { 'github.event.before': '0'.repeat(40) })
    expect(changed).toMatchObject({ code: 0, outputs: { domains: `["${DOMAIN}"]` } })
    const publish = () => run('publish', 'publish', { ...secrets, 'matrix.domain': DOMAIN })
    expect(await publish()).toMatchObject({ code: 0, output: expect.stringContaining('Live: release 1.') })
    expect(await publish()).toMatchObject({ code: 0, output: expect.stringContaining('unchanged') })
    expect(await world.outside()).toMatchObject({ successes: 1, dns: (await world.outside()).live })
  })

  it('leave a site alone that a push did not change', async () => {
    await push({ 'index.html': 'second' })
    await writeFile(join(world.folder, 'README'), 'not a site')
    const before = await push({ 'index.html': 'second' })
    const list = (expressions: Record<string, string>) => run('publish', 'changed', expressions)
    expect((await list({ 'github.event.before': before })).outputs).toEqual({ domains: '[]' })
    expect((await list({ 'github.event.before': `${before}~1` })).outputs).toEqual({ domains: `["${DOMAIN}"]` })
    expect((await list({ 'github.event.before': 'f'.repeat(40) })).outputs).toEqual({ domains: `["${DOMAIN}"]` })
    expect((await list({ 'inputs.domain': DOMAIN })).outputs).toEqual({ domains: `["${DOMAIN}"]` })
    expect((await list({ 'inputs.domain': 'other.example' })).outputs).toEqual({ domains: '[]' })
  })

  it('heal and redeploy with the healer’s key alone: DNS that somebody forged is put back', async () => {
    const { live } = await world.outside()
    const driver = await openDnsDriver(DOMAIN, world.config)
    const forged = `${rootFromHash(`0x${'13'.repeat(32)}`)}`
    for (const [workflow, expressions] of [
      ['heal', secrets],
      ['redeploy', { ...secrets, 'inputs.domain': DOMAIN }],
    ] as const) {
      await driver.swap(DOMAIN, { expected: live, next: forged })
      const { code, output } = await run(workflow, workflow, expressions)
      expect({ code, output }).toMatchObject({ code: 0 })
      expect(await world.outside()).toMatchObject({ successes: 1, live, dns: live })
    }
  })

  it('say which secret the repository does not have', async () => {
    const { code, output } = await run('heal', 'heal', { ...secrets, 'secrets.KEYS_DNS_KEY': '' })
    expect(code).toBe(1)
    expect(output).toContain('::error::The repository has no secret KEYS_DNS_KEY.')
  })
})
