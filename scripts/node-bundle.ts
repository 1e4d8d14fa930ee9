import type { BuildOptions } from 'esbuild'

/** What esbuild needs to know to make one file of a program for our Node. */
export const NODE_BUNDLE = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  logLevel: 'warning',
  // CommonJS packages among the dependencies ask for Node's modules.
  banner: {
    js: `import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);`,
  },
} satisfies BuildOptions
