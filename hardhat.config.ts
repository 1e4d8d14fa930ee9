import { createRequire } from 'node:module'
import toolbox from '@nomicfoundation/hardhat-toolbox'
import { defineConfig } from 'hardhat/config'
import { bindingsPlugin } from './scripts/bindings/bindings-plugin.ts'

const solidity = {
  version: '0.8.37',
  path: createRequire(import.meta.url).resolve('solc/soljson.js'),
  settings: { viaIR: true, optimizer: { enabled: true, runs: 200 }, evmVersion: 'osaka' },
}

export default defineConfig({
  plugins: [toolbox, bindingsPlugin],
  solidity: {
    profiles: { default: solidity, production: solidity },
    npmFilesToBuild: ['@openzeppelin/contracts/governance/TimelockController.sol'],
  },
  paths: { sources: 'contracts', tests: { mocha: 'test/contracts', solidity: 'test/contracts' } },
  typechain: { outDir: 'packages/bindings/src/generated' },
})
