// Command publish is the function that tells other systems of recalls. It reads the stream of the table by itself, so
// that a bus that cannot be reached delays nobody's notice. It exists only if the parameter EventBusName is set.
package main

import (
	"os"

	"example.com/recall/shared/bus"
	"example.com/recall/shared/function"
	"example.com/recall/shared/recall"
)

func main() {
	function.Main(func(environment function.Environment) (function.BatchHandler, error) {
		client := bus.NewClient(environment.AWS(function.HTTPClient()), environment.EventBridgeEndpoint)
		service := &recall.Service{Publisher: &bus.Bus{Client: client, Name: environment.EventBusName}}
		return handler{service: service, log: function.NewLogger(environment, os.Stdout)}.handle, nil
	})
}
