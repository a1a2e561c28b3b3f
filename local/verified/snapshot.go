package verified

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Outcome says whether a rule was found to be true.
type Outcome string

// The outcomes.
const (
	Kept   Outcome = "kept"
	Broken Outcome = "broken"
	// NotAsked means that the run could not ask, or was told not to.
	NotAsked Outcome = "not asked"
)

// Answer is what a run found about one rule.
type Answer struct {
	// Rule is the ID of the rule.
	Rule    string  `json:"rule"`
	Outcome Outcome `json:"outcome"`
	// Text is what was seen, or why the rule was not asked.
	Text string `json:"text"`
}

// Measure is a figure of a run.
type Measure struct {
	Name string `json:"name"`
	// Unit is ms, $, MB or the like.
	Unit  string  `json:"unit"`
	Value float64 `json:"value"`
	// Model is what our own model of cost or time says; nil = it says nothing.
	Model *float64 `json:"model,omitempty"`
}

// bill begins the names of the measures that are lines of AWS's bill.
const bill = "bill: "

// BillMeasure returns the measure for a line of AWS's bill.
func BillMeasure(line string, dollars float64) Measure {
	return Measure{Name: bill + line, Unit: "$", Value: dollars}
}

// String returns the measure with its unit, and what the model says.
func (m Measure) String() string {
	text := fmt.Sprintf("%s: %.4g %s", m.Name, m.Value, m.Unit)
	if m.Model != nil {
		text += fmt.Sprintf(" (our model: %.4g %s)", *m.Model, m.Unit)
	}
	return text
}

// IsBill is whether a measure is a line of AWS's bill.
func (m Measure) IsBill() bool { return strings.HasPrefix(m.Name, bill) }

// LocalRegion is the region of a Snapshot of the local stack.
const LocalRegion = "local"

// Snapshot is the result of one run, as it stands in verify/{region}-{date}.json, and in verify/local.json for the
// local stack of the same commit.
type Snapshot struct {
	// Format is 1. A reader refuses any other number.
	Format int `json:"format"`
	// Region is that of AWS, or LocalRegion.
	Region string `json:"region"`
	// Date is the day of the run (UTC), such as 2026-11-26; empty for the local stack.
	Date string `json:"date,omitempty"`
	// Run is the name of the run, which is the value of the tag budget of all that it made; empty if it made nothing.
	Run     string   `json:"run,omitempty"`
	Answers []Answer `json:"answers"`
	// Measures are the figures of the run. The local stack has none, because its times say nothing about AWS.
	Measures []Measure `json:"measures,omitempty"`
}

const format = 1

// NewSnapshot returns a Snapshot without answers.
func NewSnapshot(region, date string) Snapshot {
	return Snapshot{Format: format, Region: region, Date: date}
}

// File is the name of the file of a Snapshot.
func (s Snapshot) File() string {
	if s.Date == "" {
		return s.Region + ".json"
	}
	return s.Region + "-" + s.Date + ".json"
}

// Add keeps an answer, without what belongs to one account. A later answer to the same rule replaces the earlier one.
func (s *Snapshot) Add(answer Answer) {
	answer.Text = Redact(answer.Text)
	place := slices.IndexFunc(s.Answers, func(known Answer) bool { return known.Rule == answer.Rule })
	if place < 0 {
		s.Answers = append(s.Answers, answer)
		return
	}
	s.Answers[place] = answer
}

// Answer returns the answer to a rule.
func (s Snapshot) Answer(rule string) (Answer, bool) {
	for _, answer := range s.Answers {
		if answer.Rule == rule {
			return answer, true
		}
	}
	return Answer{Rule: rule, Outcome: NotAsked}, false
}

// Write writes a Snapshot into its file in a folder. It refuses to write a file that has one of the secrets in it: the
// account's number, a token's secret or the host of an address.
func (s Snapshot) Write(folder string, secrets ...string) (path string, err error) {
	path = filepath.Join(folder, s.File())
	var content bytes.Buffer
	encoder := json.NewEncoder(&content)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(s); err != nil {
		return path, err
	}
	for _, secret := range secrets {
		if secret != "" && strings.Contains(content.String(), secret) {
			return path, errors.New("the result is not written, because it has a secret, the account's number or an address " +
				"in it; please report this as a bug")
		}
	}
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return path, err
	}
	// #nosec G306 -- the file is made to be sent to others
	return path, os.WriteFile(path, content.Bytes(), 0o644)
}

// Read reads a Snapshot.
func Read(path string) (Snapshot, error) {
	content, err := os.ReadFile(path) // #nosec G304 -- a result file that the caller chose
	if err != nil {
		return Snapshot{}, err
	}
	var s Snapshot
	if err := json.Unmarshal(content, &s); err != nil {
		return Snapshot{}, fmt.Errorf("%s: %w", path, err)
	}
	if s.Format != format {
		return Snapshot{}, fmt.Errorf("%s: it has the format %d, and only %d is known here", path, s.Format, format)
	}
	return s, nil
}

// ReadAll reads the result of the local stack, and those of AWS in the order of their names.
func ReadAll(folder string) (local Snapshot, aws []Snapshot, err error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		return Snapshot{}, nil, err
	}
	for _, file := range files {
		s, err := Read(file)
		switch {
		case err != nil:
			return Snapshot{}, nil, err
		case s.Region == LocalRegion:
			local = s
		default:
			aws = append(aws, s)
		}
	}
	if local.Format == 0 {
		return Snapshot{}, nil, fmt.Errorf("%s has no %s.json; run: recall verify --local", folder, LocalRegion)
	}
	return local, aws, nil
}

// Difference is a rule in which two runs differ.
type Difference struct {
	Rule          Rule
	First, Second Answer
}

func (d Difference) String() string {
	text := fmt.Sprintf("%s: %s: one says: %s; the other: %s", d.Rule.ID, d.Rule.Text, d.First.Text, d.Second.Text)
	if d.Rule.Switch != "" {
		text += "; the switch is " + d.Rule.Switch
	}
	return text
}

// Compare returns the rules in which two runs differ: one keeps the rule and the other does not, or both break it in
// different ways. What only one of them asked is no difference.
func Compare(first, second Snapshot) []Difference {
	var differences []Difference
	for _, rule := range Rules() {
		a, _ := first.Answer(rule.ID)
		b, _ := second.Answer(rule.ID)
		if a.Outcome == NotAsked || b.Outcome == NotAsked {
			continue
		}
		if a.Outcome != b.Outcome || a.Outcome == Broken && a.Text != b.Text {
			differences = append(differences, Difference{rule, a, b})
		}
	}
	return differences
}
