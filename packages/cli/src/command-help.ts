/** What a command's help says besides its usage. */
export interface CommandHelp {
  /** Its place in the list of commands. */
  readonly group: string
  readonly examples: readonly string[]
  /** What exit code 0 means; `done` by default. */
  readonly done?: string
  /** What exit code 1 means; `failed` by default. */
  readonly failed?: string
  /** What exit code 2 means; a command without it never ends so. */
  readonly incomplete?: string
  /** What exit code 130 leaves behind, where it is more than an interruption. */
  readonly interrupted?: string
}

const GROUPS = {
  setUp: 'Set up:',
  publish: 'Publish and go back:',
  watch: 'Watch and heal:',
  govern: 'Stop, protect, hand over (owner, guardian, registrar):',
  verify: 'Verify (needs no key):',
  vault: 'Back up and restore:',
} as const

const LOOKED = 'something is wrong, frozen, or could not be asked'
const UNKNOWN = 'somebody could not be asked; try again'
const DONE_OR_SO = 'done, or it was so already'
const NOT_SENT = 'refused; it says who may, or what the registry would say'
const RESUMABLE = 'interrupted; "domainsync resume" goes on'

/** By the command's name. */
export const COMMAND_HELP = {
  init: {
    group: GROUPS.setUp,
    examples: [
      'init bbbhhai.com auditorsec.com',
      'init bbbhhai.com --chain-id 11155111 --registry 0x… --rpc https://… https://… https://…',
    ],
    done: 'done; what was there already is left as it is',
    failed: 'failed; nothing was written',
  },
  keys: {
    group: GROUPS.setUp,
    examples: [
      'keys new',
      'keys new ci --out /secure/keys',
      'keys new backup',
      'keys rotate keys/2027',
      'keys list keys/*.json',
    ],
    failed: 'failed; a key that exists is never overwritten',
  },
  register: {
    group: GROUPS.setUp,
    examples: ['register bbbhhai.com --dry-run', 'register bbbhhai.com'],
    done: 'registered, or it was already',
    incomplete: 'the DNS record or something else is missing; it says what to add',
  },
  config: { group: GROUPS.setUp, examples: ['config', 'config --config other.config.ts --json'] },
  id: {
    group: GROUPS.setUp,
    examples: ['id bbbhhai.com', 'id bafybei…', 'id 0x…'],
    failed: 'it is neither a name, nor a root, nor a hash',
  },
  serve: {
    group: GROUPS.setUp,
    examples: ['serve', 'serve node-1 local'],
    done: 'ended by Ctrl-C or a signal',
    failed: 'it could not start (a port in use, a damaged store)',
  },
  follow: {
    group: GROUPS.setUp,
    examples: [
      'follow bbbhhai.com auditorsec.com',
      'follow bbbhhai.com --listen 127.0.0.1:8090 --max-release 200MB --max-domain 1GB',
      'follow bbbhhai.com --once --json',
    ],
    done: 'ended by Ctrl-C; with --once: every live, kept and ring release is here, verified',
    failed: 'with --once: a release is refused (over a quota, not what was signed), or it could not start',
    incomplete: 'with --once: the registry could not be read, or not all could be fetched yet; run it again',
    interrupted: 'interrupted; the next run goes on with what is here',
  },
  publish: {
    group: GROUPS.publish,
    examples: [
      'publish bbbhhai.com',
      'publish bbbhhai.com --from ./dist --dry-run',
      'publish bbbhhai.com --watch',
      'publish bbbhhai.com --root bafybei… --yes --json',
      'publish bbbhhai.com --unsigned',
      'publish bbbhhai.com --prepare release.sign',
      'publish bbbhhai.com --signed release.sign',
    ],
    done: 'live everywhere, or unchanged',
    failed: 'refused or failed; it says what did and did not change',
    incomplete: 'live, but a copy or a resolver is missing; or it waits for a quorum, DNS, money, room or another run',
    interrupted: RESUMABLE,
  },
  sign: {
    group: GROUPS.publish,
    examples: [
      'sign release.sign --dry-run',
      'sign release.sign --release-key keys/release.json --signer-key keys/signer.json',
      'sign release.sign --site ./dist --signature 0x…',
    ],
    done: 'both keys have signed',
    failed: 'refused; nothing was signed',
    incomplete: 'a signature is still missing; it says whose',
  },
  resume: {
    group: GROUPS.publish,
    examples: ['resume', 'resume bbbhhai.com --dry-run'],
    done: 'finished, or nothing was interrupted',
    incomplete: 'finished as far as it goes: a copy is missing, or it waits for a quorum or DNS',
    interrupted: RESUMABLE,
  },
  rollback: {
    group: GROUPS.publish,
    examples: ['rollback bbbhhai.com --dry-run', 'rollback bbbhhai.com --to 41'],
    failed: 'refused or failed; no release verifies and has its copies, or the registry says no',
    incomplete: UNKNOWN,
    interrupted: RESUMABLE,
  },
  status: {
    group: GROUPS.watch,
    examples: ['status', 'status bbbhhai.com --json'],
    done: 'healthy',
    incomplete: LOOKED,
  },
  plan: { group: GROUPS.watch, examples: ['plan', 'plan bbbhhai.com'], done: 'nothing to repair', incomplete: LOOKED },
  check: { group: GROUPS.watch, examples: ['check', 'check --json'], done: 'healthy', incomplete: LOOKED },
  heal: {
    group: GROUPS.watch,
    examples: ['heal', 'heal bbbhhai.com --dry-run'],
    done: 'healthy, perhaps after repairs',
    incomplete: 'something is still wrong, frozen, or could not be asked',
  },
  migrate: {
    group: GROUPS.watch,
    examples: ['migrate old-nft --dry-run', 'migrate pinata', 'migrate old-nft bafybei…'],
    done: 'the other providers hold everything, each shown to',
    incomplete: 'something is gone, could not be read now, or too few hold it, with --dry-run also what would be moved',
  },
  prune: {
    group: GROUPS.watch,
    examples: ['prune --dry-run', 'prune bbbhhai.com'],
    done: 'done, or nothing to let go of; one copy of each release stays',
    incomplete: 'a provider could not be asked, or a last copy could not be shown; try again',
  },
  approve: {
    group: GROUPS.watch,
    examples: ['approve bbbhhai.com --dry-run', 'approve bbbhhai.com'],
    done: 'approved, or nothing waits',
  },
  agent: { group: GROUPS.watch, examples: ['agent', 'agent --dry-run'], done: 'ended by Ctrl-C or a signal' },
  backup: {
    group: GROUPS.vault,
    examples: [
      'backup --dry-run',
      'backup --to /mnt/vault --recipient keys/recipient.pub.json safe.pub.json',
      'backup recipients list backups/backup-3f9a01c2-000007',
      'backup recipients add backups/backup-3f9a01c2-000007 new.pub.json --key keys/recipient.json',
      'backup recipients remove backups/backup-3f9a01c2-000007 safe',
    ],
    failed: 'failed; no backup was written, none was changed',
    incomplete:
      'written, but a release, a node or the registry could not be read; or a publish has the store: try again',
    interrupted: 'interrupted; nothing is left of it',
  },
  restore: {
    group: GROUPS.vault,
    examples: [
      'restore backup-3f9a01c2-000007 --into /srv/site --key recipient.json --signed-by 0x…',
      'restore backup-3f9a01c2-000007 --into /srv/site --key recipient.json --dry-run',
    ],
    failed: 'refused or failed; nothing was written',
    incomplete: UNKNOWN,
    interrupted: 'interrupted; nothing is left of it',
  },
  pause: {
    group: GROUPS.govern,
    examples: ['pause bbbhhai.com', 'pause bbbhhai.com publishing', 'pause bbbhhai.com healing --unsigned'],
    done: DONE_OR_SO,
    failed: NOT_SENT,
  },
  unpause: {
    group: GROUPS.govern,
    examples: ['unpause bbbhhai.com', 'unpause bbbhhai.com healing'],
    done: DONE_OR_SO,
    failed: NOT_SENT,
  },
  quarantine: {
    group: GROUPS.govern,
    examples: ['quarantine bbbhhai.com 44', 'quarantine bbbhhai.com 44 --dry-run'],
    done: DONE_OR_SO,
    failed: NOT_SENT,
  },
  reinstate: { group: GROUPS.govern, examples: ['reinstate bbbhhai.com 44'], done: DONE_OR_SO, failed: NOT_SENT },
  keep: {
    group: GROUPS.govern,
    examples: ['keep bbbhhai.com', 'keep bbbhhai.com 43'],
    done: DONE_OR_SO,
    failed: NOT_SENT,
  },
  roles: {
    group: GROUPS.govern,
    examples: ['roles bbbhhai.com', 'roles bbbhhai.com --publisher 0x… --healer 0x…'],
    done: DONE_OR_SO,
    failed: NOT_SENT,
  },
  trust: {
    group: GROUPS.govern,
    examples: [
      'trust show bbbhhai.com',
      'trust propose bbbhhai.com --signer 0x… --release-key keys/release.json',
      'trust cancel bbbhhai.com',
      'trust accept bbbhhai.com',
    ],
    done: DONE_OR_SO,
    failed: NOT_SENT,
  },
  attest: {
    group: GROUPS.govern,
    examples: ['attest bbbhhai.com', 'attest bbbhhai.com --reclaim --deadline 1790000000'],
    failed: 'the DNS record is not there, or there is no registrar key',
  },
  reclaim: {
    group: GROUPS.govern,
    examples: ['reclaim start bbbhhai.com --dry-run', 'reclaim object bbbhhai.com'],
    done: DONE_OR_SO,
    failed: NOT_SENT,
  },
  feed: {
    group: GROUPS.publish,
    examples: [
      'feed show feed.example',
      'feed anchor feed.example map.json --dry-run',
      'feed join bbbhhai.com feed.example',
      'feed prove feed.example bbbhhai.com',
    ],
    done: DONE_OR_SO,
    failed: 'refused, or the manifest is not what was anchored',
  },
  verify: {
    group: GROUPS.verify,
    examples: [
      'verify bbbhhai.com',
      'verify bbbhhai.com --url https://mirror.example --json',
      'verify bbbhhai.com --save bbbhhai.com.car',
      'verify bbbhhai.com --offline bbbhhai.com.car --block-hash 0x…',
    ],
    done: 'what is served (with --offline: saved) is what was approved',
    failed: 'it is not; each check that fails is named',
    incomplete: 'no verdict: somebody could not be asked, or --offline has no --block-hash',
  },
  history: {
    group: GROUPS.verify,
    examples: ['history bbbhhai.com', 'history bbbhhai.com --full'],
    incomplete: UNKNOWN,
  },
  diff: { group: GROUPS.verify, examples: ['diff bbbhhai.com 41 42'], incomplete: UNKNOWN },
} satisfies Record<string, CommandHelp>

/** The end of a command's help. */
export function helpText({ examples, done, failed, incomplete, interrupted }: CommandHelp): string {
  const exits = [
    `0    ${done ?? 'done'}`,
    `1    ${failed ?? 'failed'}`,
    ...(incomplete ? [`2    ${incomplete}`] : []),
    `130  ${interrupted ?? 'interrupted'}`,
  ]
  return (
    section(
      'Examples',
      examples.map((example) => `domainsync ${example}`),
    ) + section('Exit codes', exits)
  )
}

/** The end of the help of all. */
export const PROGRAM_HELP =
  section('Examples', [
    'domainsync init bbbhhai.com              a configuration to start from',
    'domainsync publish bbbhhai.com --dry-run what a publish would do',
    'domainsync status                        one line a domain',
    'domainsync help publish                  one command, its options and exit codes',
  ]) +
  section('Exit codes', [
    '0    done, healthy, or nothing to do',
    '1    failed, or "verify" says no',
    '2    incomplete: it needs another run or a person',
    '130  interrupted; "domainsync resume" goes on',
  ]) +
  section('Environment', [
    'DOMAINSYNC_PASSPHRASE  opens the key files of "keys new", as the configuration of "init" says',
    'NO_COLOR               no colours',
  ])

function section(title: string, lines: readonly string[]): string {
  return `\n${title}:\n${lines.map((line) => `  ${line}\n`).join('')}`
}
