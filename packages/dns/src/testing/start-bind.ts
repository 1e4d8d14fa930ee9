import { type ChildProcess, spawn } from 'node:child_process'
import { chownSync, existsSync } from 'node:fs'
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { reservePort } from '@domainsync/core/node'
import { createResolver } from '../resolver.ts'

/** The user and group `nobody`: BIND refuses nothing to it on a high port. */
const NOBODY = 65_534
const READY_WITHIN_MS = 15_000

export interface BindZone {
  readonly name: string
  /** Lines of a zone file, besides SOA and NS. */
  readonly records: readonly string[]
  /** Clauses of `update-policy`. */
  readonly grants: readonly string[]
}

export interface BindConfig {
  readonly zones: readonly BindZone[]
  readonly keys: readonly { readonly name: string; readonly secret: string }[]
}

export interface Bind {
  readonly host: string
  readonly port: number
  close(): Promise<void>
}

/** The path of BIND's `named`; `undefined` when it is not installed. */
export function findNamed(): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  return folders.map((folder) => join(folder, 'named')).find((path) => existsSync(path))
}

/** Starts a real BIND in a temporary folder, unprivileged, on a free port of 127.0.0.1. */
export async function startBind({ zones, keys }: BindConfig): Promise<Bind> {
  const named = findNamed()
  if (!named) throw new Error('BIND is not installed; run scripts/install-test-servers.sh')
  const host = '127.0.0.1'
  const folder = await mkdtemp(join(tmpdir(), 'domainsync-bind-'))
  const port = await reservePort()
  const config = join(folder, 'named.conf')
  await writeFile(config, configText({ zones, keys }, folder, port))
  for (const zone of zones) await writeFile(join(folder, `${zone.name}.zone`), zoneText(zone))
  const root = process.getuid?.() === 0
  if (root) {
    await chown(folder, NOBODY, NOBODY)
    for (const { name } of zones) chownSync(join(folder, `${name}.zone`), NOBODY, NOBODY)
  }
  const child = spawn(named, ['-g', '-c', config], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(root && { uid: NOBODY, gid: NOBODY }),
  })
  let log = ''
  child.stderr.on('data', (chunk) => {
    log += chunk
  })
  try {
    await ready(child, { host, port }, zones)
  } catch (cause) {
    await stop(child, folder)
    throw new Error(`BIND did not start:\n${log}`, { cause })
  }
  return { host, port, close: () => stop(child, folder) }
}

async function ready(
  child: ChildProcess,
  server: { host: string; port: number },
  zones: readonly BindZone[],
): Promise<void> {
  const resolver = createResolver(server)
  const deadline = performance.now() + READY_WITHIN_MS
  for (const { name } of zones) {
    for (;;) {
      const answer = await resolver.query(name, 'SOA', { timeoutMs: 1_000 }).catch(() => undefined)
      if (answer?.authoritative) break
      if (child.exitCode !== null || performance.now() > deadline) throw new Error(`${name} is not served`)
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
  }
}

async function stop(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await exited
  }
  await rm(folder, { recursive: true, force: true })
}

function configText({ zones, keys }: BindConfig, folder: string, port: number): string {
  const keyTexts = keys.map(({ name, secret }) => `key "${name}" { algorithm hmac-sha256; secret "${secret}"; };`)
  const zoneTexts = zones.map(
    ({ name, grants }) =>
      `zone "${name}" { type primary; file "${folder}/${name}.zone"; update-policy { ${grants.join(' ')} }; };`,
  )
  return `options {
  directory "${folder}";
  pid-file none;
  session-keyfile "${folder}/session.key";
  listen-on port ${port} { 127.0.0.1; };
  listen-on-v6 { none; };
  recursion no;
  dnssec-validation no;
  notify no;
  allow-transfer { none; };
};
controls { };
${keyTexts.join('\n')}
${zoneTexts.join('\n')}
`
}

function zoneText({ name, records }: BindZone): string {
  return `$ORIGIN ${name}.
$TTL 60
@ SOA ns hostmaster 1 3600 600 604800 60
@ NS ns
ns A 127.0.0.1
${records.join('\n')}
`
}
