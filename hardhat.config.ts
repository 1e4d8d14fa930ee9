import { globSync } from 'node:fs'
import { createRequire } from 'node:module'
import toolbox from '@nomicfoundation/hardhat-toolbox'
import { configVariable, defineConfig } from 'hardhat/config'
import { checkDeploymentTask } from './deploy/check-deployment-task.ts'
import { deployTask } from './deploy/deploy-task.ts'
import { fundTask } from './deploy/fund-task.ts'
import { bindingsPlugin } from './scripts/bindings/bindings-plugin.ts'

/** More of everything for a long hunt: `DOMAINSYNC_FUZZ=20 pnpm hardhat test solidity`. */
const fuzz = Number(process.env.DOMAINSYNC_FUZZ ?? 1)

const compiler = { version: '0.8.37', path: createRequire(import.meta.url).resolve('solc/soljson.js') }

/** Tests are compiled as they are: optimizing them would take longer than the contracts themselves. */
const asTheyAre = { ...compiler, settings: { evmVersion: 'osaka' } }
/** But those that make a million calls. */
const optimized = { ...compiler, settings: { ...asTheyAre.settings, optimizer: { enabled: true } } }
const tests = globSync('test/contracts/**/*.sol', { cwd: import.meta.dirname })

/** The storage layout is compared with its snapshot. */
const outputSelection = { '*': { '*': ['storageLayout'] } }

const solidity = {
  compilers: [
    {
      ...compiler,
      settings: { viaIR: true, optimizer: { enabled: true, runs: 200 }, evmVersion: 'osaka', outputSelection },
    },
  ],
  overrides: Object.fromEntries(tests.map((file) => [file, /invariants/i.test(file) ? optimized : asTheyAre])),
}

/** A real chain: its RPC and the deployer's key are configuration variables (environment or `hardhat keystore`). */
const chain = (chainId: number, name: string, chainType: 'l1' | 'op') => ({
  type: 'http' as const,
  chainId,
  chainType,
  url: configVariable(`${name}_RPC_URL`),
  accounts: [configVariable('DEPLOYER_KEY')],
})

export default defineConfig({
  plugins: [toolbox, bindingsPlugin],
  tasks: [deployTask, checkDeploymentTask, fundTask],
  solidity: {
    profiles: { default: solidity, production: solidity },
    npmFilesToBuild: ['@openzeppelin/contracts/governance/TimelockController.sol'],
  },
  networks: {
    // the in-process chain is Hardhat's own network "default"
    localhost: { type: 'http', url: process.env.DOMAINSYNC_LOCALHOST_URL ?? 'http://127.0.0.1:8545' },
    mainnet: chain(1, 'MAINNET', 'l1'),
    sepolia: chain(11155111, 'SEPOLIA', 'l1'),
    base: chain(8453, 'BASE', 'op'),
    'base-sepolia': chain(84532, 'BASE_SEPOLIA', 'op'),
  },
  verify: {
    etherscan: { apiKey: configVariable('ETHERSCAN_API_KEY') },
    sourcify: { enabled: true },
    blockscout: { enabled: false },
  },
  test: { solidity: { fuzz: { runs: 64 * fuzz }, invariant: { runs: 24 * fuzz, depth: 100 } } },
  paths: { sources: 'contracts', tests: { mocha: 'test/contracts', solidity: 'test/contracts' } },
  typechain: { outDir: 'packages/bindings/src/generated' },
})
