// Command interop puts the Go reference code for transparency logs to work for the tests: it answers
// questions, a JSON object a line, with what golang.org/x/mod/sumdb and filippo.io/torchwood make of
// logs, proofs and notes of ours, and makes some of its own.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
)

// question is what is asked; which members count depends on what.
type question struct {
	What       string   `json:"what"`
	Folder     string   `json:"folder"`
	Origin     string   `json:"origin"`
	Keys       []string `json:"keys"`
	Leaf       []byte   `json:"leaf"`
	Proof      []byte   `json:"proof"`
	Hashes     [][]byte `json:"hashes"`
	Old        int64    `json:"old"`
	Size       int64    `json:"size"`
	OldRoot    []byte   `json:"oldRoot"`
	Root       []byte   `json:"root"`
	Index      int64    `json:"index"`
	Entries    [][]byte `json:"entries"`
	Seed       []byte   `json:"seed"`
	OtherSeed  []byte   `json:"otherSeed"`
	Name       string   `json:"name"`
	Checkpoint []byte   `json:"checkpoint"`
}

// answer says whether it holds, and gives what was made.
type answer struct {
	Error  string            `json:"error,omitempty"`
	Size   int64             `json:"size,omitempty"`
	Leaves [][]byte          `json:"leaves,omitempty"`
	Text   string            `json:"text,omitempty"`
	Made   map[string][]byte `json:"made,omitempty"`
	Keys   []string          `json:"keys,omitempty"`
}

var answers = map[string]func(question) (answer, error){
	"checkpoint":  checkCheckpoint,
	"tiles":       readTiles,
	"proof":       checkProof,
	"consistency": checkConsistency,
	"make":        makeLog,
	"prove":       proveAndJoin,
}

func main() {
	if len(os.Args) == 3 && os.Args[1] == "agent" {
		if err := serveAgent(os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	lines := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := json.NewEncoder(os.Stdout)
	decoder := json.NewDecoder(lines)
	for {
		var asked question
		if err := decoder.Decode(&asked); err != nil {
			return
		}
		made, err := answer{}, fmt.Errorf("nothing answers %q", asked.What)
		if handle, ok := answers[asked.What]; ok {
			made, err = handle(asked)
		}
		if err != nil {
			made = answer{Error: err.Error()}
		}
		if err := out.Encode(made); err != nil {
			return
		}
	}
}
