package main

import (
	"crypto/hpke"
)

// What is sealed to a recipient's public key. []byte is base64 in JSON.
type sealInput struct {
	Kem       uint16
	PublicKey []byte
	Info      []byte
	Aad       []byte
	Plaintext []byte
}

type sealed struct {
	Encapsulated []byte `json:"encapsulated"`
	Ciphertext   []byte `json:"ciphertext"`
}

func (s *sealInput) seal() (*sealed, error) {
	kem, err := hpke.NewKEM(s.Kem)
	if err != nil {
		return nil, err
	}
	key, err := kem.NewPublicKey(s.PublicKey)
	if err != nil {
		return nil, err
	}
	encapsulated, sender, err := hpke.NewSender(key, hpke.HKDFSHA512(), hpke.AES256GCM(), s.Info)
	if err != nil {
		return nil, err
	}
	ciphertext, err := sender.Seal(s.Aad, s.Plaintext)
	return &sealed{encapsulated, ciphertext}, err
}

// What is opened with the key of a recipient's seed.
type openInput struct {
	Kem          uint16
	Seed         []byte
	Info         []byte
	Aad          []byte
	Encapsulated []byte
	Ciphertext   []byte
}

type opened struct {
	PublicKey []byte `json:"publicKey"`
	Plaintext []byte `json:"plaintext"`
}

func (o *openInput) open() (*opened, error) {
	kem, err := hpke.NewKEM(o.Kem)
	if err != nil {
		return nil, err
	}
	key, err := kem.DeriveKeyPair(o.Seed)
	if err != nil {
		return nil, err
	}
	recipient, err := hpke.NewRecipient(o.Encapsulated, key, hpke.HKDFSHA512(), hpke.AES256GCM(), o.Info)
	if err != nil {
		return nil, err
	}
	plaintext, err := recipient.Open(o.Aad, o.Ciphertext)
	return &opened{key.PublicKey().Bytes(), plaintext}, err
}
