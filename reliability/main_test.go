package reliability

import (
	"os"
	"testing"

	"example.com/recall/reliability/simulation"
	"example.com/recall/shared/dynamo/dynamotest"
)

// database is one DynamoDB Local for all tests here.
var database dynamotest.Database

func TestMain(m *testing.M) { os.Exit(database.Run(m)) }

func newWorld(t *testing.T) *simulation.World {
	t.Helper()
	tables := database.Tables(t)
	return simulation.New(tables.Client, tables.Messages, tables.Connections)
}
