package verified

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const introduction = `# What is verified on AWS

This page is generated from the files in [verify/](../verify) and from the expected answers in
[local/verified/expected.tsv](../local/verified/expected.tsv). Do not edit it.
` + "`recall verify`" + ` asks an account of AWS, and ` + "`recall verify --local`" + ` asks the local stack.
Both write this page again. [operations.md](operations.md#verifying-on-aws) says how.

*documentation* marks what AWS or an RFC says. *guess* marks what others saw or what seems likely.
A rule that is kept has what was seen beside it.
The switch is the one of [local/websocket](../local/websocket/README.md) that makes the local stack do something else.
`

// Document returns docs/verified.md: a row for each rule with what each run found, and the figures.
func Document(local Snapshot, aws []Snapshot) string {
	var b strings.Builder
	b.WriteString(introduction)
	if len(aws) == 0 {
		b.WriteString("\n**Nobody has sent the result of an AWS account yet.** So the column *AWS* is empty.\n")
	}
	section := ""
	for _, rule := range Rules() {
		if rule.Section != section {
			section = rule.Section
			header(&b, section, aws)
		}
		row(&b, rule, local, aws)
	}
	questions(&b, aws)
	for _, s := range aws {
		figures(&b, s)
	}
	return b.String()
}

func header(b *strings.Builder, section string, aws []Snapshot) {
	fmt.Fprintf(b, "\n## %s\n\n| rule | expected | from | local stack |", section)
	columns := 4
	for _, s := range aws {
		fmt.Fprintf(b, " %s, %s |", s.Region, s.Date)
		columns++
	}
	if len(aws) == 0 {
		b.WriteString(" AWS |")
		columns++
	}
	b.WriteString(" switch |\n|" + strings.Repeat("---|", columns+1) + "\n")
}

func row(b *strings.Builder, rule Rule, local Snapshot, aws []Snapshot) {
	fmt.Fprintf(b, "| %s | %s | %s | %s |", rule.ID, rule.Text, rule.Basis, cell(local, rule))
	for _, s := range aws {
		fmt.Fprintf(b, " %s |", cell(s, rule))
	}
	if len(aws) == 0 {
		b.WriteString(" not asked |")
	}
	fmt.Fprintf(b, " %s |\n", code(rule.Switch))
}

func cell(s Snapshot, rule Rule) string {
	answer, known := s.Answer(rule.ID)
	if !known {
		return string(NotAsked)
	}
	text := strings.ReplaceAll(answer.Text, "|", "\\|")
	switch {
	case text == "":
		return string(answer.Outcome)
	case answer.Outcome == Broken:
		return "**broken**: " + text
	default:
		return string(answer.Outcome) + ": " + text
	}
}

// questions lists the guesses that no account has answered.
func questions(b *strings.Builder, aws []Snapshot) {
	var open []Rule
	for _, rule := range Rules() {
		asked := false
		for _, s := range aws {
			answer, _ := s.Answer(rule.ID)
			asked = asked || answer.Outcome != NotAsked
		}
		if rule.Basis == Guess && !asked {
			open = append(open, rule)
		}
	}
	if len(open) == 0 {
		return
	}
	b.WriteString("\n## Questions that only an account can answer\n\n" +
		"The row of the same name above will hold each answer.\n\n")
	for _, rule := range open {
		fmt.Fprintf(b, "- %s: is this true? %s (source: %s)\n", rule.ID, rule.Text, rule.Source)
	}
}

func figures(b *strings.Builder, s Snapshot) {
	var measured, billed []Measure
	for _, m := range s.Measures {
		if m.IsBill() {
			m.Name = strings.TrimPrefix(m.Name, bill)
			billed = append(billed, m)
		} else {
			measured = append(measured, m)
		}
	}
	table := func(title, introduction, header string, measures []Measure) {
		if len(measures) == 0 {
			return
		}
		fmt.Fprintf(b, "\n## %s in %s, %s\n\n%s| %s |\n|---|---|---|\n", title, s.Region, s.Date, introduction, header)
		for _, m := range measures {
			model := ""
			if m.Model != nil {
				model = fmt.Sprintf("%.4g %s", *m.Model, m.Unit)
			}
			fmt.Fprintf(b, "| %s | %.4g %s | %s |\n", m.Name, m.Value, m.Unit, model)
		}
	}
	table("Measured", "", "what | measured | our model", measured)
	table("Billed", "The model has the prices of us-east-1 without a free tier. "+
		"Where it is empty, it counts nothing of the kind.\n\n", "usage | billed | our model", billed)
}

// WriteDocument writes docs/verified.md of a project from the files in its folder verify.
func WriteDocument(project string) error {
	local, aws, err := ReadAll(filepath.Join(project, "verify"))
	if err != nil {
		return err
	}
	// #nosec G306 -- a page of the documentation
	return os.WriteFile(filepath.Join(project, "docs", "verified.md"), []byte(Document(local, aws)), 0o644)
}
