// Prints the path of Kubo, built when it is not there. The tests find it through KUBO_BINARY, then PATH, then the cache.
import { buildGoServer } from './build-go-server.mjs'

// 0.43 needs a forked module that the proxy does not have.
console.log(buildGoServer({ name: 'kubo', version: '0.42.0', module: 'github.com/ipfs/kubo', command: 'cmd/ipfs' }))
