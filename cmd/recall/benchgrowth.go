package main

import "example.com/recall/performance/growth"

// benchGrowthCommand is `recall bench growth`.
type benchGrowthCommand struct {
	Users    []float64 `help:"Users who are connected at the busiest time." default:"1e4,1e5,1e6,1e7,1e8"`
	Messages float64   `help:"Messages that a connected user sends an hour." default:"6"`
	Seed     uint64    `help:"Makes the simulation repeatable." default:"1"`
	benchOutput
}

// Help is shown by recall bench growth --help.
func (benchGrowthCommand) Help() string {
	return `Simulates a day, second by second, against the default quotas of AWS. What people do is an assumption, and
calls and units are measured. docs/performance.md says which figure is which.`
}

// Run simulates and prints.
func (c benchGrowthCommand) Run() error {
	workload := growth.Usual()
	workload.MessagesPerHour = c.Messages
	report := growth.Run(workload, c.Users, c.Seed, benchProgress())
	return c.print(report, report.Table()+"\n"+report.Bill()+"\n"+growth.LargeTable(report.Large), report.Charts())
}
