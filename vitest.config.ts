import { sep } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const END_TO_END = `${import.meta.dirname}${sep}test${sep}`

/** What takes tens of seconds begins first, lest two workers wait for the last one. */
class EndToEndFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { first = [], then = [] } = Object.groupBy(await super.sort(files), ({ moduleId }) =>
      moduleId.startsWith(END_TO_END) ? 'first' : 'then',
    )
    return [...first, ...then]
  }
}

export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    // Slow ones compile contracts again, install tools or try more: `SLOW_TESTS=1 npm test -- slow mutations random-trees`, as CI does.
    exclude: ['test/contracts/**', '**/node_modules/**', ...(process.env.SLOW_TESTS ? [] : ['**/*.slow.test.ts'])],
    globalSetup: 'test/support/bundle-children.ts',
    setupFiles: 'test/support/fuzz-seed.ts',
    server: { deps: { external: [/\/packages\/[^/]+\/dist\//] } },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 10_000 } },
    // Loading the packages anew for every file took a quarter of the unit tests' time; no test changes what others see.
    isolate: false,
    sequence: { sequencer: EndToEndFirst },
    // Two cores; many tests wait for blocks and processes.
    maxWorkers: 3,
  },
})
