// `npm run domainsync|hardhat|lint|bench|prove|analyze|… -- …`: a tool of the project with the Node that it needs, from a fresh clone.
import { become, prepare, ROOT } from './prepare.mjs'

const TOOLS = {
  domainsync: { file: 'packages/cli/bin/domainsync.js', args: [], atHome: false },
  hardhat: { file: 'node_modules/hardhat/dist/src/cli.js', args: [], atHome: true },
  prove: { file: 'scripts/prove/run.ts', args: [], atHome: true },
  analyze: { file: 'scripts/analyze/run.ts', args: [], atHome: true },
  coverage: { file: 'test/coverage/main.ts', args: [], atHome: true },
  'test:invariants': { file: 'scripts/invariants/run.ts', args: [], atHome: true },
  bench: { file: 'bench/run.ts', args: [], atHome: true },
  lint: { file: 'node_modules/@biomejs/biome/bin/biome', args: ['check', '.'], atHome: true },
}

// V8 lets the space of the youngest objects grow to 32 MiB and more. With 1 MiB, the import of 51,200 files and 10 GiB takes 243 MB of
// memory instead of 392, and is not slower (bench/import-memory.ts). It can only be said at the start.
const SMALL_HEAP = '--max-semi-space-size=1'

const [name, ...args] = process.argv.slice(2)
const tool = TOOLS[name]
const flags = name === 'domainsync' && args.includes('publish') ? [SMALL_HEAP] : []
const { node, env } = await prepare()
// npm starts scripts in the repository and tells where the command was typed.
const cwd = tool.atHome ? ROOT : (process.env.INIT_CWD ?? process.cwd())
await become(node, [...flags, `${ROOT}/${tool.file}`, ...tool.args, ...args], { env, cwd })
