package dynamo_test

import (
	"os"
	"testing"

	"example.com/recall/shared/dynamo"
	"example.com/recall/shared/dynamo/dynamotest"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/recall/recalltest"
)

// database is one DynamoDB Local for all tests here.
var database dynamotest.Database

func TestMain(m *testing.M) { os.Exit(database.Run(m)) }

func TestTheStoreConforms(t *testing.T) {
	recalltest.RunStore(t, func(t *testing.T) recall.Store {
		tables := database.Tables(t)
		return &dynamo.Store{Client: tables.Client, Table: tables.Messages}
	})
}

func TestThePresenceConforms(t *testing.T) {
	recalltest.RunPresence(t, func(t *testing.T, clock recall.Clock) recall.Presence {
		tables := database.Tables(t)
		return &dynamo.Presence{Client: tables.Client, Table: tables.Connections, Clock: clock}
	})
}

func TestTheDevicesConform(t *testing.T) {
	recalltest.RunDevices(t, func(t *testing.T) recall.DeviceStore {
		tables := database.Tables(t)
		return &dynamo.Devices{Client: tables.Client, Table: tables.Push}
	})
}
