package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"example.com/recall/cmd/verify"
	"example.com/recall/local/stack"
	"example.com/recall/protocol/conformance"
)

// interopCommand is `recall interop`. It runs the clients of all languages in one conversation.
type interopCommand struct {
	Clients  string        `help:"The folder with the driver.sh of each client." default:"clients" type:"path"`
	Without  []string      `help:"Leave these clients out." placeholder:"CLIENT" enum:"go,web,android,cpp,apple"`
	Deadline time.Duration `help:"How long each step may take." default:"60s"`
	Verbose  bool          `short:"v" help:"Print every line of every driver."`
}

// Help is shown by recall interop --help.
func (interopCommand) Help() string {
	return `Starts its own local stack on free ports, and a group whose members are the clients for Go (go), TypeScript
(web), Java (android), C++ (cpp) and Objective-C (apple). Each client sends a message and recalls it. At the end each
must hold the same tombstones, one for each message. The command prints what each client holds, and fails on any
difference.

The driver.sh of each client installs what it needs and builds the client, which takes minutes the first time.

recall verify --interop lets the same clients meet on AWS.`
}

// interopClients are the folders of the clients.
func interopClients() []string { return []string{"go", "web", "android", "cpp", "apple"} }

// Run runs the clients and prints the matrix.
func (c interopCommand) Run(ctx context.Context) error {
	participants, missing := c.participants()
	if len(missing) > 0 {
		return fmt.Errorf("no %s/%s/driver.sh; to go on without it: --without %[3]s", c.Clients,
			strings.Join(missing, "/driver.sh, and no "+c.Clients+"/"), strings.Join(missing, ","))
	}
	if len(participants) < 2 {
		return errors.New("fewer than two clients cannot meet")
	}
	if err := verify.BuildDrivers(ctx, participants, func(text string) { c.say("%s", text) }); err != nil {
		return err
	}
	running, err := stack.Start(ctx, stack.Options{Strict: true, Progress: func(text string) { c.say("%s", text) }})
	if err != nil {
		return err
	}
	defer running.Close()
	matrix, err := verify.Meet(ctx, verify.Product{
		URL:    running.Addresses().WebSocket,
		Token:  func(user string) (string, error) { return running.Token(user, time.Hour) },
		Invoke: func(ctx context.Context, request any) ([]byte, error) { return running.Admin(ctx, request) },
	}, c.meeting(participants))
	if err != nil {
		return err
	}
	fmt.Println()
	if err := matrix.Print(os.Stdout); err != nil {
		return err
	}
	for _, client := range c.Without {
		fmt.Printf("left out: %s\n", client)
	}
	differences := matrix.Differences()
	for _, difference := range differences {
		fmt.Printf("different: %s\n", difference)
	}
	if len(differences) > 0 {
		return fmt.Errorf("%d differences", len(differences))
	}
	fmt.Printf("%d clients hold the same %d tombstones, by their events and by the history\n", len(matrix.Rows),
		len(matrix.Expected))
	return nil
}

func (interopCommand) say(format string, arguments ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", arguments...)
}

// participants returns the clients whose drivers are present, and the names of the clients whose drivers are missing.
func (c interopCommand) participants() (present []conformance.Participant, missing []string) {
	for _, client := range interopClients() {
		if slices.Contains(c.Without, client) {
			continue
		}
		driver := filepath.Join(c.Clients, client, "driver.sh")
		if _, err := os.Stat(driver); err != nil {
			missing = append(missing, client)
			continue
		}
		present = append(present, conformance.Participant{User: client, Driver: []string{driver}})
	}
	return present, missing
}

func (c interopCommand) meeting(participants []conformance.Participant) conformance.Meeting {
	meeting := conformance.Meeting{
		Participants: participants,
		Deadline:     c.Deadline,
		Progress:     func(text string) { c.say("%s", text) },
	}
	if c.Verbose {
		var printing sync.Mutex
		meeting.Trace = func(user, direction, text string) {
			printing.Lock()
			defer printing.Unlock()
			c.say("%s %-7s %-7s %s", time.Now().Format("15:04:05.000"), user, direction, text)
		}
	}
	return meeting
}
