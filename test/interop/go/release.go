package main

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/cloudflare/circl/sign/mldsa/mldsa87"
	"github.com/decred/dcrd/dcrec/secp256k1/v4/ecdsa"
	"golang.org/x/crypto/sha3"
)

// What a reader has of a release, and what the chain says of it. []byte is base64 in JSON.
type signedRelease struct {
	Envelope  []byte
	Spki      []byte
	PqKeyHash string
	Signer    string
	Domain    string
	Release   int
	ChainId   int
}

type envelope struct {
	PayloadType string `json:"payloadType"`
	Payload     []byte `json:"payload"`
	Signatures  []struct {
		KeyId string `json:"keyid"`
		Sig   []byte `json:"sig"`
	} `json:"signatures"`
}

var idMlDsa87 = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 3, 19}

// The statement, when both signatures hold.
func (r *signedRelease) verify() (json.RawMessage, error) {
	var signed envelope
	if err := json.Unmarshal(r.Envelope, &signed); err != nil {
		return nil, err
	}
	if len(signed.Signatures) != 2 {
		return nil, fmt.Errorf("%d signatures", len(signed.Signatures))
	}
	encoding := preAuthEncoding(signed.PayloadType, signed.Payload)
	if err := r.verifyMlDsa(encoding, signed.Signatures[0].Sig); err != nil {
		return nil, err
	}
	if err := r.verifyAccount(encoding, signed.Signatures[1].Sig); err != nil {
		return nil, err
	}
	return signed.Payload, nil
}

func preAuthEncoding(payloadType string, payload []byte) []byte {
	head := fmt.Sprintf("DSSEv1 %d %s %d ", len(payloadType), payloadType, len(payload))
	return append([]byte(head), payload...)
}

func (r *signedRelease) verifyMlDsa(message, signature []byte) error {
	if hash := sha256.Sum256(r.Spki); "0x"+hex.EncodeToString(hash[:]) != r.PqKeyHash {
		return fmt.Errorf("the key is not the chain's")
	}
	var info struct {
		Algorithm pkix.AlgorithmIdentifier
		PublicKey asn1.BitString
	}
	if rest, err := asn1.Unmarshal(r.Spki, &info); err != nil || len(rest) > 0 || !info.Algorithm.Algorithm.Equal(idMlDsa87) {
		return fmt.Errorf("the key is not of ML-DSA-87: %v", err)
	}
	var key mldsa87.PublicKey
	if err := key.UnmarshalBinary(info.PublicKey.Bytes); err != nil {
		return err
	}
	if !mldsa87.Verify(&key, message, nil, signature) {
		return fmt.Errorf("the ML-DSA-87 signature does not hold")
	}
	return nil
}

func (r *signedRelease) verifyAccount(encoding, signature []byte) error {
	if len(signature) != 65 {
		return fmt.Errorf("the account's signature has %d bytes", len(signature))
	}
	text := fmt.Sprintf("DomainSync release %d of %s on chain %d: sha256 %x", r.Release, r.Domain, r.ChainId, sha256.Sum256(encoding))
	hash := keccak([]byte(fmt.Sprintf("\x19Ethereum Signed Message:\n%d%s", len(text), text)))
	// decred wants v in front.
	key, _, err := ecdsa.RecoverCompact(append([]byte{signature[64]}, signature[:64]...), hash)
	if err != nil {
		return err
	}
	address := keccak(key.SerializeUncompressed()[1:])[12:]
	want, err := hex.DecodeString(r.Signer[2:])
	if err != nil || !bytes.Equal(address, want) {
		return fmt.Errorf("signed by 0x%x, not by %s", address, r.Signer)
	}
	return nil
}

func keccak(data []byte) []byte {
	hash := sha3.NewLegacyKeccak256()
	hash.Write(data)
	return hash.Sum(nil)
}
