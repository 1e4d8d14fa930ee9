// `npm run domainsync -- <command>`: the command line, from a fresh clone.
import { become, prepare, ROOT } from './prepare.mjs'

const { node, env } = await prepare()
await become(node, [`${ROOT}/packages/cli/bin/domainsync.js`, ...process.argv.slice(2)], { env })
