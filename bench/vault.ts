// `npm run bench -- vault`; `node bench/vault.ts --gib 10` shows that memory does not grow.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Measurement, report } from './report.ts'

const RUNS = 3
const MIN_SHARE_OF_OPENSSL = 0.35
const MAX_MEMORY_MB = 150
/** The largest block that `openssl speed` measures by itself, and its fastest. */
const OPENSSL_BLOCK_BYTES = 16_384

const { values } = parseArgs({ options: { gib: { type: 'string', default: '1' } }, strict: false })
const gib = Number(values.gib)
const mib = Math.ceil(gib * 1024)
const sizeMb = (mib * 1024 * 1024) / 1e6
const folder = mkdtempSync(join(tmpdir(), 'bench-vault-'))
const file = join(folder, 'archive')

interface Run {
  readonly wallMs: number
  readonly cpuMs: number
  readonly maxMemoryMb: number
}

function run(job: 'encrypt' | 'write' | 'decrypt'): Run {
  if (job === 'write') rmSync(file, { force: true })
  const args = [join(import.meta.dirname, 'vault-run.ts'), job, `${mib}`, file]
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }))
}

/** MB of AES-256-GCM in a second of one core, by OpenSSL's own measure. */
function openSslRate(): number {
  const args = ['speed', '-seconds', '1', '-bytes', `${OPENSSL_BLOCK_BYTES}`, '-evp', 'aes-256-gcm']
  const { stdout } = spawnSync('openssl', args, { encoding: 'utf8' })
  const [, thousands] = /^AES-256-GCM\s+([\d.]+)k$/im.exec(stdout) ?? []
  if (thousands === undefined) throw new Error(`openssl speed said:\n${stdout}`)
  return Number(thousands) / 1000
}

/** Milliseconds of a peer that encrypts a file of the same size, to the same disk; `undefined` where it is not installed. */
function gpgMs(): number | undefined {
  const input = join(folder, 'plain')
  const home = join(folder, 'gpg')
  const chunk = Buffer.alloc(1024 * 1024, 'domainsync')
  writeFileSync(input, '')
  for (let left = mib; left > 0; left--) writeFileSync(input, chunk, { flag: 'a' })
  execFileSync('mkdir', ['-m', '700', home])
  const started = performance.now()
  const options = ['--homedir', home, '--batch', '--quiet', '--pinentry-mode', 'loopback', '--passphrase', 'bench']
  const cipher = ['--symmetric', '--cipher-algo', 'AES256', '--compress-algo', 'none', '--output', `${input}.gpg`]
  const { error, status } = spawnSync('gpg', [...options, ...cipher, input], { stdio: 'ignore' })
  const ms = performance.now() - started
  spawnSync('gpgconf', ['--homedir', home, '--kill', 'all'])
  for (const path of [input, `${input}.gpg`]) rmSync(path, { force: true })
  return error !== undefined || status !== 0 ? undefined : ms
}

const median = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!

try {
  const runs = { encrypt: [] as Run[], write: [] as Run[], decrypt: [] as Run[] }
  const limits: number[] = []
  for (let at = 0; at < RUNS; at++) {
    limits.push(openSslRate())
    for (const job of ['encrypt', 'write', 'decrypt'] as const) runs[job].push(run(job))
  }
  const limit = median(limits)
  const rate = (job: keyof typeof runs) => sizeMb / (median(runs[job].map(({ cpuMs }) => cpuMs)) / 1000)
  const memory = Math.max(...Object.values(runs).flatMap((all) => all.map(({ maxMemoryMb }) => maxMemoryMb)))
  const reference = 'openssl speed'
  const goal = { of: 'ratio', atLeast: MIN_SHARE_OF_OPENSSL } as const
  const perCore = { unit: 'MB / CPU s', reference, referenceValue: limit }
  const measurements: Measurement[] = [
    { what: `${gib} GiB encrypted`, value: rate('encrypt'), ...perCore, goal },
    { what: `${gib} GiB decrypted, off the disk`, value: rate('decrypt'), ...perCore, goal },
    { what: `${gib} GiB encrypted, hashed, on the disk`, value: rate('write'), ...perCore },
    {
      what: 'most memory of any of these',
      value: memory,
      unit: 'MB',
      reference: 'archive',
      referenceValue: sizeMb,
      goal: { of: 'value', atMost: MAX_MEMORY_MB },
    },
  ]
  const peer = gpgMs()
  if (peer !== undefined) {
    const value = median(runs.write.map(({ wallMs }) => wallMs)) / 1000
    const referenceValue = peer / 1000
    measurements.push({
      what: 'encrypted, hashed, on the disk',
      value,
      unit: 's',
      reference: 'gpg, AES256',
      referenceValue,
    })
  }
  report('vault', measurements)
} finally {
  rmSync(folder, { recursive: true })
}
