// `npm start [-- folder]`: the whole of DomainSync on this machine, from a fresh clone.
import { become, prepare, ROOT } from './prepare.mjs'

const { node, env } = await prepare()
const cwd = process.env.INIT_CWD ?? process.cwd()
await become(node, [`${ROOT}/packages/cli/bin/demo.js`, ...process.argv.slice(2)], { env, cwd })
