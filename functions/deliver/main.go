// Command deliver is the function behind the queue. It tells large groups of a change, and tells again the devices
// that a notice did not reach.
package main

import "example.com/recall/shared/function"

func main() {
	function.Main(func(environment function.Environment) (function.BatchHandler, error) {
		parts, err := function.Build(environment, function.ManyPosts, function.NoFiles)
		if err != nil {
			return nil, err
		}
		return handler{service: parts.Service, log: parts.Log, metrics: parts.Metrics}.handle, nil
	})
}
