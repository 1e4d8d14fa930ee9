// Prints the path of IPFS Cluster's service, built when it is not there. The tests find it through IPFS_CLUSTER_BINARY, then
// PATH, then the cache.
import { buildGoServer } from './build-go-server.mjs'

console.log(
  buildGoServer({
    name: 'ipfs-cluster',
    version: '1.1.6',
    module: 'github.com/ipfs-cluster/ipfs-cluster',
    command: 'cmd/ipfs-cluster-service',
  }),
)
