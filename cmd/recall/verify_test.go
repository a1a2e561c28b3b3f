package main

import (
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

func TestFlagsOfVerifyThatDoNotFitAreRefused(t *testing.T) {
	for words, want := range map[string]string{
		"":                                      "",
		"--local --gateway-delete-close-code=1": "",
		"--stack recall-prod --smoke":           "",
		"--resume --stack recall-verify-1":      "",
		"--local --stack recall-prod":           "--local goes with",
		"--gateway-delete-close-code=1":         "needs --local",
		"--smoke":                               "--smoke needs --stack",
		"--stack recall-prod --slow":            "--stack makes nothing",
		"bill verify/eu-central-1.json":         "",
		"bill --account x.json":                 "",
		"bill":                                  "expected \"<result>\"",
	} {
		var line commandLine
		parser, err := kong.New(&line, about()...)
		if err != nil {
			t.Fatal(err)
		}
		_, err = parser.Parse(append([]string{"verify"}, strings.Fields(words)...))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("verify %s: %v", words, err)
		}
	}
}
