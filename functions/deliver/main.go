// Command deliver is the function behind the table's stream and the queue of chunks: it finishes what a dying function
// left, tells big groups, and publishes recalls to other systems.
package main

import (
	"context"
	"encoding/json"

	"example.com/recall/shared/bus"
	"example.com/recall/shared/function"
)

func main() {
	function.Main(func(environment function.Environment) (func(context.Context, json.RawMessage) (answer, error), error) {
		parts, err := function.Build(environment)
		if err != nil {
			return nil, err
		}
		if environment.EventBusName != "" {
			client := bus.NewClient(parts.AWS, environment.EventBridgeEndpoint)
			parts.Service.Publisher = &bus.Bus{Client: client, Name: environment.EventBusName}
		}
		return handler{service: parts.Service, log: parts.Log, metrics: parts.Metrics}.handle, nil
	})
}
