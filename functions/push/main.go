// Command push is the function behind the queue of notifications. It sends them to users who have no open connection,
// and withdraws them after a recall. It exists only if the parameter Push is set.
package main

import (
	"example.com/recall/shared/function"
	"example.com/recall/shared/push"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/secret"
)

func main() {
	function.Main(func(environment function.Environment) (function.BatchHandler, error) {
		parts, err := function.Build(environment, function.NoPosts)
		if err != nil {
			return nil, err
		}
		keys := push.NewKeys(secret.PushReader(environment), recall.SystemClock{})
		parts.Service.Push.Pusher = push.Services{
			recall.PushWeb: push.NewWebPush(keys, environment.WebPushKey, environment.WebPushContact, environment.WebPushHosts),
		}
		return handler{service: parts.Service, log: parts.Log, metrics: parts.Metrics}.handle, nil
	})
}
