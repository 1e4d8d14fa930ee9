/** Connections that a node holds at most, whatever the system allows: each takes some 20 kB. */
const MAX_CONNECTIONS = 16_384
/** Open files left for the store, the chain and everything else of the process. */
const RESERVED_FILES = 256
/** What a system allows that does not say. */
const USUAL_OPEN_FILES = 1_024

/** How many connections each of so many nodes of this process may hold, so that files can still be opened. */
export function connectionLimit(nodes: number): number {
  const share = Math.floor((openFiles() - RESERVED_FILES) / nodes)
  return Math.min(Math.max(share, 1), MAX_CONNECTIONS)
}

/** The process's limit of open files (`ulimit -n`). Node.js raises it to the hard one when it starts. */
function openFiles(): number {
  // Without this the report asks DNS for the name of every address that the process talks to.
  const report = Object.assign(process.report, { excludeNetwork: true })
  const { userLimits } = report.getReport() as { userLimits?: { open_files?: { soft?: number | 'unlimited' } } }
  const limit = userLimits?.open_files?.soft ?? USUAL_OPEN_FILES
  return limit === 'unlimited' ? Number.MAX_SAFE_INTEGER : limit
}
