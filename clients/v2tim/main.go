// Command v2tim writes what follows from members.json, the list of Tencent's calls. It writes a test for each of the
// clients for Android, Apple and C++, which makes every call with Tencent's types. It also writes the tables of each
// README that say what differs and what is absent.
//
//	go run ./clients/v2tim
//
// Run it in the root of the repository after each change of members.json. A test fails as long as something else is
// there than what it writes.
package main

import (
	"fmt"
	"os"
)

func main() {
	if err := run("."); err != nil {
		fmt.Fprintln(os.Stderr, "v2tim:", err)
		os.Exit(1)
	}
}

func run(root string) error {
	list, err := read(root)
	if err != nil {
		return err
	}
	files, err := written(root, list)
	if err != nil {
		return err
	}
	for path, text := range files {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
