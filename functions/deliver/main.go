// Command deliver is the function behind the queue: it tells large groups, and tells again whom a notice did not
// reach.
package main

import "example.com/recall/shared/function"

func main() {
	function.Main(func(environment function.Environment) (function.BatchHandler, error) {
		parts, err := function.Build(environment)
		if err != nil {
			return nil, err
		}
		return handler{service: parts.Service, log: parts.Log, metrics: parts.Metrics}.handle, nil
	})
}
