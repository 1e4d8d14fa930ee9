#!/usr/bin/env node
// Loaded only where it can run: older Nodes lack modules that it imports, and would say so in their own words.
const [major] = process.versions.node.split('.')
if (Number(major) >= 24) {
  const { main } = await import('../dist/bundle/main.js')
  process.exitCode = await main(process.argv.slice(2))
} else {
  process.stderr.write(
    `NODE_TOO_OLD domainsync needs Node 24 or newer; this is ${process.version}.\n  next: npm run -s domainsync, in the repository of DomainSync, brings its own Node\n`,
  )
  process.exitCode = 1
}
