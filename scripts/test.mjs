// `npm test`: contracts, then packages, end-to-end and faults. Arguments go to vitest and leave the contract tests out.
import { become, prepare, ROOT, run } from './prepare.mjs'
import { step } from './step.mjs'

const { node, env } = await prepare()
const args = process.argv.slice(2)
if (args.length === 0) {
  const typecheck = ['node_modules/typescript/bin/tsc', '-p', 'test']
  await step('Type checking the tests', { command: node, args: typecheck, cwd: ROOT, env })
  await run(node, ['node_modules/hardhat/dist/src/cli.js', 'test', '--snapshot-check'], { env })
}
await become(node, ['node_modules/vitest/vitest.mjs', 'run', ...args], { env, cwd: ROOT })
