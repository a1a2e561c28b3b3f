package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

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

func TestMinusOneIsAWindowWithoutLimit(t *testing.T) {
	for words, want := range map[string]adminPutSettings{
		"-1":         {NoLimit: true},
		"-1 --json":  {NoLimit: true},
		"-- -1":      {Seconds: "-1"},
		"120":        {Seconds: "120"},
		"--no-limit": {NoLimit: true},
	} {
		var line commandLine
		parser, err := kong.New(&line, about()...)
		if err != nil {
			t.Fatal(err)
		}
		_, err = parser.Parse(append([]string{"admin", "put-settings"}, strings.Fields(words)...))
		if err != nil || line.Admin.PutSettings != want {
			t.Errorf("put-settings %s: %+v, %v", words, line.Admin.PutSettings, err)
		}
	}
}

func TestASecretThatNoStackWouldTakeSignsNothing(t *testing.T) {
	err := (&tokenCommand{User: "alice", TTL: time.Hour, Secret: "short"}).Run()
	if err == nil || !strings.Contains(err.Error(), "--secret: it has 5 bytes, and no stack takes one of fewer than 32") {
		t.Errorf("got %v", err)
	}
}
