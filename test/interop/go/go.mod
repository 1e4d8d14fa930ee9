module domainsync.test/interop

go 1.26

require (
	github.com/cloudflare/circl v1.6.1
	github.com/decred/dcrd/dcrec/secp256k1/v4 v4.4.0
	golang.org/x/crypto v0.45.0
)

require golang.org/x/sys v0.38.0 // indirect
