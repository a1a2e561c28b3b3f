// Command finish is the function behind the stream of the table: it finishes what another function committed and did
// not finish. It posts to nobody, so that no device holds up the stream.
package main

import (
	"example.com/recall/shared/function"
	"example.com/recall/shared/objects"
)

func main() {
	function.Main(func(environment function.Environment) (function.BatchHandler, error) {
		parts, err := function.Build(environment, function.NoPosts, objects.New)
		if err != nil {
			return nil, err
		}
		return handler{service: parts.Service, log: parts.Log, metrics: parts.Metrics}.handle, nil
	})
}
