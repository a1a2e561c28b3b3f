// Package verified has what Recall expects of AWS, one row a rule, and what a run of `recall verify` found. The
// expected answers stand in expected.tsv, each marked as documentation or as a guess. A run writes its answers into
// a file (Snapshot), and all committed files together make docs/verified.md (Document).
package verified

import (
	_ "embed"
	"fmt"
	"strings"
)

// Basis says why a rule is expected.
type Basis string

// The bases.
const (
	// Documentation is of AWS, is an RFC, or is the test of another project that also runs on AWS.
	Documentation Basis = "documentation"
	// Guess is what others saw, what other emulators do, or what seems likely to us.
	Guess Basis = "guess"
)

// Rule is what is expected in one case. Its text is the expected answer.
type Rule struct {
	// ID names the rule in result files. It never changes, even if the text does.
	ID            string
	Section, Text string
	Basis         Basis
	// Source says where the rule comes from: a page of AWS, a service model, an RFC, captured traffic.
	Source string
	// Switch is the field of websocket.Switches with which the local stack does something else; empty = there is none.
	Switch string
}

//go:embed expected.tsv
var expected string

const columns = 6

// Rules returns all rules, in the order of the file.
func Rules() []Rule {
	var rules []Rule
	for n, line := range strings.Split(strings.TrimSuffix(expected, "\n"), "\n") {
		fields := strings.Split(line, "\t")
		if len(fields) != columns {
			panic(fmt.Sprintf("expected.tsv:%d: there are %d columns, not %d", n+1, len(fields), columns))
		}
		if n > 0 { // the first line has the names of the columns
			rules = append(rules, Rule{fields[0], fields[1], fields[2], Basis(fields[3]), fields[4], fields[5]})
		}
	}
	return rules
}

// Table returns rules as a Markdown table.
func Table(rules []Rule) string {
	var b strings.Builder
	b.WriteString("| rule | expected | from | source | switch |\n|---|---|---|---|---|\n")
	for _, rule := range rules {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", rule.ID, rule.Text, rule.Basis, rule.Source, code(rule.Switch))
	}
	return b.String()
}

func code(text string) string {
	if text == "" {
		return ""
	}
	return "`" + text + "`"
}
