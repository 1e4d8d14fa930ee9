import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['test/contracts/**', '**/node_modules/**'],
    globalSetup: 'test/support/bundle-children.ts',
    server: { deps: { external: [/\/packages\/[^/]+\/dist\//] } },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Two cores; many tests wait for blocks and processes.
    maxWorkers: 3,
  },
})
