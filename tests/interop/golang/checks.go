package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// policy requires the origin and a signature by every key: the log's own first, then cosigners.
func policy(origin string, keys []string) (torchwood.Policy, error) {
	parts := []torchwood.Policy{torchwood.OriginPolicy(origin)}
	for place, key := range keys {
		var verifier note.Verifier
		var err error
		if place == 0 {
			verifier, err = note.NewVerifier(key)
		} else {
			verifier, err = torchwood.NewCosignatureVerifier(key)
		}
		if err != nil {
			return nil, fmt.Errorf("key %d: %w", place, err)
		}
		parts = append(parts, torchwood.SingleVerifierPolicy(verifier))
	}
	return torchwood.ThresholdPolicy(len(parts), parts...), nil
}

func checkCheckpoint(asked question) (answer, error) {
	required, err := policy(asked.Origin, asked.Keys)
	if err != nil {
		return answer{}, err
	}
	found, _, err := torchwood.VerifyCheckpoint(asked.Checkpoint, required)
	return answer{Size: found.N, Text: found.Hash.String()}, err
}

// readTiles reads a whole log out of a folder of tiles: the client checks every entry and every tile
// against the root of the signed checkpoint.
func readTiles(asked question) (answer, error) {
	required, err := policy(asked.Origin, asked.Keys)
	if err != nil {
		return answer{}, err
	}
	signed, err := os.ReadFile(filepath.Join(asked.Folder, "checkpoint"))
	if err != nil {
		return answer{}, err
	}
	found, _, err := torchwood.VerifyCheckpoint(signed, required)
	if err != nil {
		return answer{}, err
	}
	tiles, err := torchwood.NewTileFS(os.DirFS(asked.Folder))
	if err != nil {
		return answer{}, err
	}
	client, err := torchwood.NewClient(tiles)
	if err != nil {
		return answer{}, err
	}
	made, ctx := answer{Size: found.N}, context.Background()
	for _, entry := range client.AllEntries(ctx, found.Tree, 0) {
		made.Leaves = append(made.Leaves, entry)
	}
	if err := client.Err(); err != nil {
		return answer{}, err
	}
	if int64(len(made.Leaves)) != found.N {
		return answer{}, fmt.Errorf("%d entries of %d", len(made.Leaves), found.N)
	}
	return made, nil
}

func checkProof(asked question) (answer, error) {
	required, err := policy(asked.Origin, asked.Keys)
	if err != nil {
		return answer{}, err
	}
	return answer{}, torchwood.VerifyProof(required, tlog.RecordHash(asked.Leaf), asked.Proof)
}

func checkConsistency(asked question) (answer, error) {
	hashes, err := hashes(append(asked.Hashes, asked.OldRoot, asked.Root))
	if err != nil {
		return answer{}, err
	}
	last := len(hashes) - 1
	return answer{}, tlog.CheckTree(
		tlog.TreeProof(hashes[:last-1]), asked.Size, hashes[last], asked.Old, hashes[last-1],
	)
}

func hashes(given [][]byte) ([]tlog.Hash, error) {
	made := make([]tlog.Hash, len(given))
	for place, each := range given {
		if len(each) != tlog.HashSize {
			return nil, errors.New("not a hash")
		}
		made[place] = tlog.Hash(each)
	}
	return made, nil
}
