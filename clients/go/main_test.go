package client

import (
	"bytes"
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails the run if a client leaves a goroutine behind. It also lets this program be the process that the
// tests of [FileStorage] kill.
func TestMain(m *testing.M) {
	if folder, ok := os.LookupEnv("RECALL_TEST_SAVES_IN"); ok {
		saveUntilKilled(folder)
	}
	goleak.VerifyTestMain(m)
}

// saveUntilKilled prints a line, and then replaces a document again and again, each time by another letter.
func saveUntilKilled(folder string) {
	storage, err := NewFileStorage(folder)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("saving")
	for letter := byte('a'); ; letter = 'a' + (letter-'a'+1)%26 {
		if err := storage.Save("alice", "c2c_bob", bytes.Repeat([]byte{letter}, 100_000)); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
}
