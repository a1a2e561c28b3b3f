package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

func TestEveryCommandHasHelp(t *testing.T) {
	var help bytes.Buffer
	var line commandLine
	parser, err := kong.New(&line, append(about(), kong.Writers(&help, &help), kong.Exit(func(int) {}))...)
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, command := range parser.Model.Leaves(false) {
		words := strings.Fields(strings.Split(command.FullPath(), "(")[0])[1:]
		help.Reset()
		// Whether the words alone are a whole command does not matter: help comes first.
		_, _ = parser.Parse(append(words, "--help"))
		if !strings.Contains(help.String(), "Usage: recall "+strings.Join(words, " ")) || command.Help == "" {
			t.Errorf("recall %s --help prints %q", strings.Join(words, " "), help.String())
		}
		checked++
	}
	if checked < 15 {
		t.Errorf("only %d commands were found", checked)
	}
}
