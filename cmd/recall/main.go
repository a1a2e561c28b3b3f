// Command recall runs the local stack and talks to local and deployed ones: a terminal chat, tokens, administration.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// commandLine lists the commands; each lives in a file of its own name and has a Run method.
type commandLine struct {
	Local       localCommand       `cmd:"" help:"Run the whole backend on this machine."`
	Chat        chatCommand        `cmd:"" help:"Chat in the terminal. /recall recalls your last message."`
	MCP         mcpCommand         `cmd:"" name:"mcp" help:"Let an agent send, recall and read: an MCP server."`
	Token       tokenCommand       `cmd:"" help:"Print a token for a user."`
	Tail        tailCommand        `cmd:"" help:"Show recalls as they happen."`
	Conformance conformanceCommand `cmd:"" help:"Test a client with the scenarios of the protocol."`
	Interop     interopCommand     `cmd:"" help:"Run the clients in all languages in one conversation."`
	Bench       benchCommand       `cmd:"" help:"Measure how long recalls take, and compare the results."`
	Verify      verifyCommand      `cmd:"" help:"Find out what is true of AWS, or of the local stack."`
	Admin       adminCommand       `cmd:"" help:"Moderate messages, manage groups and settings, and read the audit."`
	Version     versionCommand     `cmd:"" help:"Show the version of this build."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var line commandLine
	parsed := kong.Parse(&line, append(about(), kong.BindTo(ctx, (*context.Context)(nil)))...)
	if err := parsed.Run(); err != nil {
		fmt.Fprintf(os.Stderr, "recall: %v\n", err)
		os.Exit(1)
	}
}

func about() []kong.Option {
	return []kong.Option{
		kong.Name("recall"),
		kong.Description("Message recall on AWS Lambda: the local stack, a terminal chat, tokens, administration, " +
			"benchmarks."),
		kong.ShortUsageOnError(),
	}
}
