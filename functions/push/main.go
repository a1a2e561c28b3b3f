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
		parts, err := function.Build(environment, function.NoPosts, function.NoFiles)
		if err != nil {
			return nil, err
		}
		clock := recall.SystemClock{}
		keys := push.NewKeys(secret.PushReader(environment), clock)
		parts.Service.Push.Pusher, err = push.NewServices(keys, clock, push.Configuration{
			Kinds:          environment.PushKinds,
			WebPushKey:     environment.WebPushKey,
			WebPushContact: environment.WebPushContact,
			WebPushHosts:   environment.WebPushHosts,
			APNsHost:       environment.APNsHost,
		})
		if err != nil {
			return nil, err
		}
		return handler{service: parts.Service, log: parts.Log, metrics: parts.Metrics}.handle, nil
	})
}
