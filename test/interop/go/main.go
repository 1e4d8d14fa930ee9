// Another implementation of what DomainSync signs and seals: ML-DSA-87 of cloudflare/circl, secp256k1 of decred, HPKE of
// Go's standard library. Reads one JSON object, writes one; a refusal is an error and exit code 1.
package main

import (
	"encoding/json"
	"fmt"
	"os"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	if len(os.Args) != 2 {
		return fmt.Errorf("usage: interop verify|seal|open < input.json")
	}
	input := json.NewDecoder(os.Stdin)
	switch os.Args[1] {
	case "verify":
		var release signedRelease
		return answer(input, &release, func() (any, error) { return release.verify() })
	case "seal":
		var sealing sealInput
		return answer(input, &sealing, func() (any, error) { return sealing.seal() })
	case "open":
		var opening openInput
		return answer(input, &opening, func() (any, error) { return opening.open() })
	}
	return fmt.Errorf("there is no command %q", os.Args[1])
}

func answer(input *json.Decoder, value any, work func() (any, error)) error {
	if err := input.Decode(value); err != nil {
		return err
	}
	result, err := work()
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(result)
}
