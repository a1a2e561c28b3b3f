// Package dynamodblocal runs Amazon's DynamoDB Local, in memory, as a child process that never outlives its parent.
package dynamodblocal

import (
	"context"
	_ "embed"
	"io"

	"example.com/recall/local/javaserver"
)

// Options say how to run DynamoDB Local. The zero value takes a free port.
type Options struct {
	// Address to listen on; empty = 127.0.0.1.
	Address string
	// Port to listen on; 0 = a free one.
	Port int
	// JarDirectory holds the jars and native libraries in lib/; empty = .tools/dynamodb-local in the working directory
	// or the nearest directory above it that has one.
	JarDirectory string
	// Log gets what the server prints; nil = dropped.
	Log io.Writer
}

// Server is a running DynamoDB Local. It has the methods of javaserver.Server: Endpoint, ProcessID, Done and Close.
// All data is lost when it ends.
type Server struct{ *javaserver.Server }

//go:embed LoopbackServer.java
var source []byte

// Start starts DynamoDB Local and waits until it answers. The database is in memory and is the same for all regions
// and credentials. The errors say what to do if Java or the jars are missing or the port is taken.
func Start(ctx context.Context, options Options) (*Server, error) {
	server, err := javaserver.Start(ctx, javaserver.Program{
		Name: "DynamoDB Local", Tool: "dynamodb-local", Jar: "DynamoDBLocal-*.jar", Source: source,
		Options:   func(libraries string) []string { return []string{"-Xmx768m", "-Djava.library.path=" + libraries} },
		Arguments: []string{"-inMemory", "-sharedDb", "-disableTelemetry"},
	}, javaserver.Options{Address: options.Address, Port: options.Port, Tools: options.JarDirectory, Log: options.Log})
	if err != nil {
		return nil, err
	}
	return &Server{server}, nil
}
