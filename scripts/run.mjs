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

const [name, ...args] = process.argv.slice(2)
const tool = TOOLS[name]
const { node, env } = await prepare()
// npm starts scripts in the repository and tells where the command was typed.
const cwd = tool.atHome ? ROOT : (process.env.INIT_CWD ?? process.cwd())
await become(node, [`${ROOT}/${tool.file}`, ...tool.args, ...args], { env, cwd })
