package main

import (
	"crypto"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"net"

	"filippo.io/torchwood"
	"golang.org/x/crypto/ssh/agent"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// stored is a log in memory, as tlog stores one.
type stored struct {
	hashes []tlog.Hash
	size   int64
}

func (s *stored) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	made := make([]tlog.Hash, len(indexes))
	for place, index := range indexes {
		if index >= int64(len(s.hashes)) {
			return nil, errors.New("no such hash")
		}
		made[place] = s.hashes[index]
	}
	return made, nil
}

func (s *stored) add(entry []byte) error {
	more, err := tlog.StoredHashes(s.size, entry, s)
	if err != nil {
		return err
	}
	s.hashes, s.size = append(s.hashes, more...), s.size+1
	return nil
}

func logOf(entries [][]byte) (*stored, error) {
	made := &stored{}
	for _, entry := range entries {
		if err := made.add(entry); err != nil {
			return nil, err
		}
	}
	return made, nil
}

// makeLog makes a log of the entries, signs and cosigns its checkpoint, and proves one entry.
func makeLog(asked question) (answer, error) {
	log, err := logOf(asked.Entries)
	if err != nil {
		return answer{}, err
	}
	root, err := tlog.TreeHash(log.size, log)
	if err != nil {
		return answer{}, err
	}
	own, err := logSigner(asked.Origin, asked.Seed)
	if err != nil {
		return answer{}, err
	}
	other := ed25519.NewKeyFromSeed(asked.OtherSeed)
	cosigner, err := torchwood.NewCosignatureSigner(asked.Name, crypto.Signer(other))
	if err != nil {
		return answer{}, err
	}
	text := torchwood.Checkpoint{
		Origin: asked.Origin, Tree: tlog.Tree{N: log.size, Hash: root},
	}.String()
	signed, err := note.Sign(&note.Note{Text: text}, own, cosigner)
	if err != nil {
		return answer{}, err
	}
	path, err := tlog.ProveRecord(log.size, asked.Index, log)
	if err != nil {
		return answer{}, err
	}
	return answer{
		Keys: []string{cosigner.Verifier().String()},
		Made: map[string][]byte{
			"checkpoint": signed,
			"proof":      torchwood.FormatProof(asked.Index, path, signed),
			"extra": torchwood.FormatProofWithExtraData(
				asked.Index, []byte("extra"), path, signed,
			),
		},
	}, nil
}

// proveAndJoin gives the roots of a log at two sizes, and the proof that one continues the other.
func proveAndJoin(asked question) (answer, error) {
	log, err := logOf(asked.Entries)
	if err != nil {
		return answer{}, err
	}
	before, err := tlog.TreeHash(asked.Old, log)
	if err != nil {
		return answer{}, err
	}
	now, err := tlog.TreeHash(asked.Size, log)
	if err != nil {
		return answer{}, err
	}
	joined, err := tlog.ProveTree(asked.Size, asked.Old, log)
	if err != nil {
		return answer{}, err
	}
	made := answer{Made: map[string][]byte{"oldRoot": before[:], "root": now[:]}}
	for _, each := range joined {
		made.Leaves = append(made.Leaves, each[:])
	}
	return made, nil
}

// logSigner returns a signer of notes; sumdb/note reads its keys in a form of its own.
func logSigner(name string, seed []byte) (note.Signer, error) {
	public := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	vkey, err := note.NewEd25519VerifierKey(name, public)
	if err != nil {
		return nil, err
	}
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return nil, err
	}
	const algorithm = 1
	key := base64.StdEncoding.EncodeToString(append([]byte{algorithm}, seed...))
	return note.NewSigner(fmt.Sprintf("PRIVATE+KEY+%s+%08x+%s", name, verifier.KeyHash(), key))
}

// serveAgent is an SSH agent with one key, whose seed is the first 64 hex digits of the input: the
// witness of the reference code takes its key from one.
func serveAgent(socket string) error {
	var seed []byte
	if _, err := fmt.Scanf("%x\n", &seed); err != nil {
		return err
	}
	keys := agent.NewKeyring()
	key := ed25519.NewKeyFromSeed(seed)
	if err := keys.Add(agent.AddedKey{PrivateKey: &key}); err != nil {
		return err
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return err
	}
	for {
		connection, err := listener.Accept()
		if err != nil {
			return err
		}
		go func() {
			_ = agent.ServeAgent(keys, connection)
			_ = connection.Close()
		}()
	}
}
