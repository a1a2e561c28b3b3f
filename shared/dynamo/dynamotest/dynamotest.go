// Package dynamotest gives tests the tables of template.yaml on DynamoDB Local, each test its own.
package dynamotest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"example.com/recall/local/dynamodblocal"
	"example.com/recall/local/tables"
	"example.com/recall/local/template"
)

// Database is one DynamoDB Local for all tests of a binary. It starts when the first test asks for tables and ends
// with Run. Its zero value is ready.
type Database struct {
	start    sync.Once
	server   *dynamodblocal.Server
	template *template.Template
	failure  error

	mutex sync.Mutex
	count int
}

// Tables are the tables of one test.
type Tables struct {
	Client                      *dynamodb.Client
	Endpoint                    string
	Messages, Connections, Push string
}

// Run runs the tests of a binary and then ends the server: func TestMain(m *testing.M) { os.Exit(database.Run(m)) }.
func (d *Database) Run(m *testing.M) int {
	code := m.Run()
	if d.server != nil {
		d.server.Close()
	}
	return code
}

// Tables makes new tables for a test. Where Java or DynamoDB Local is missing, the test fails and says what to run.
func (d *Database) Tables(t testing.TB) Tables {
	t.Helper()
	d.start.Do(func() { d.failure = d.begin() })
	if d.failure != nil {
		t.Fatal(d.failure)
	}
	named, made := d.named()
	client := Client(d.server.Endpoint())
	if err := tables.Create(t.Context(), client, named); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // 200 tests' tables at once would slow the server down
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		for _, table := range named.Tables {
			if _, err := client.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &table.Name}); err != nil {
				t.Errorf("delete the table %s: %v", table.Name, err)
			}
		}
	})
	made.Client, made.Endpoint = client, d.server.Endpoint()
	return made
}

// Client is an SDK client for the endpoint as the functions use one; options change it.
func Client(endpoint string, options ...func(*dynamodb.Options)) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region:           "us-east-1",
		BaseEndpoint:     &endpoint,
		RetryMaxAttempts: 4,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
		}),
	}, options...)
}

func (d *Database) begin() error {
	root, err := root()
	if err != nil {
		return err
	}
	d.template, err = template.Load(filepath.Join(root, "template.yaml"), template.Options{
		Strict: true,
		Parameters: map[string]string{
			"StageName":   "local",
			"TokenSecret": strings.Repeat("x", 32),
			"Push":        "webpush",
			"PushSecret":  "{}",
			// A key and a contact are required with webpush. No test of the storage uses them.
			"WebPushKey":     strings.Repeat("x", 87),
			"WebPushContact": "mailto:push@example.com",
		},
	})
	if err != nil {
		return err
	}
	d.server, err = dynamodblocal.Start(context.Background(), dynamodblocal.Options{})
	return err
}

// named is the template with table names that no other test has.
func (d *Database) named() (*template.Template, Tables) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.count++
	named, made := *d.template, Tables{}
	named.Tables = nil
	for _, table := range d.template.Tables {
		table.Name = fmt.Sprintf("%s-%d", table.LogicalID, d.count)
		// DynamoDB Local deletes what has expired on its own clock, and the tests have theirs.
		table.TimeToLive = ""
		// No test here reads a stream, and DynamoDB Local spends about half of its work on writing one.
		table.StreamView = ""
		named.Tables = append(named.Tables, table)
		switch table.LogicalID {
		case "MessagesTable":
			made.Messages = table.Name
		case "ConnectionsTable":
			made.Connections = table.Name
		case "PushTable":
			made.Push = table.Name
		}
	}
	return &named, made
}

// root is the project's directory, at or above the test's.
func root() (string, error) {
	directory, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(directory, "template.yaml")); err == nil {
			return directory, nil
		}
		parent := filepath.Dir(directory)
		if parent == directory {
			return "", errors.New("template.yaml is in no directory above the test's")
		}
		directory = parent
	}
}
