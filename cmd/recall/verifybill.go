package main

import (
	"context"
	"fmt"
	"path/filepath"

	"example.com/recall/cmd/verify"
	"example.com/recall/local/verified"
)

// verifyBillCommand is `recall verify bill`.
type verifyBillCommand struct {
	Result  string `arg:"" help:"Result file of the run."`
	Account bool   `help:"Print what the whole account used on these days, and write nothing. This needs no tag."`
}

// Help is shown by `recall verify bill --help`.
func (verifyBillCommand) Help() string {
	return `Asks Cost Explorer what a run cost, by usage type, and compares each with the cost model of
docs/performance.md. It writes the table into the result and into docs/verified.md. AWS shows a bill up to a day
later, and takes $0.01 for the question.

A run gives all that it makes the tag "budget" with its own name. AWS can tell what the run cost only if this tag is
a cost allocation tag, which has to be activated once. Without that, --account prints what the whole account used on
these days, which includes whatever else ran. That is not written, because it is not about the run.`
}

// Run asks, prints the table, and writes it.
func (c verifyBillCommand) Run(ctx context.Context) error {
	s, err := verified.Read(c.Result)
	if err != nil {
		return err
	}
	found, err := verify.Bill(ctx, s, c.Account)
	if err != nil {
		return err
	}
	for _, measure := range found.Snapshot.Measures {
		if measure.IsBill() {
			fmt.Println(measure)
		}
	}
	if c.Account {
		return nil
	}
	folder := filepath.Dir(c.Result)
	if _, err := found.Snapshot.Write(folder, found.Secrets...); err != nil {
		return err
	}
	return writeDocument(folder)
}

// writeDocument writes docs/verified.md anew if a folder is that of the project's results.
func writeDocument(results string) error {
	baseline, err := baselineProject()
	if err != nil {
		return nil // it is not called in a project
	}
	project := filepath.Dir(filepath.Dir(baseline))
	folder, err := filepath.Abs(results)
	if err != nil || folder != filepath.Join(project, "verify") {
		return err
	}
	return verified.WriteDocument(project)
}
