// Command connect is the function of the routes $connect, $disconnect, hello and $default. It keeps track of the
// devices that are connected.
package main

import (
	"example.com/recall/shared/action"
	"example.com/recall/shared/function"
)

func main() {
	function.Main(func(environment function.Environment) (function.FrameHandler, error) {
		parts, err := function.Build(environment, function.FewPosts, function.NoFiles)
		if err != nil {
			return nil, err
		}
		frames := parts.Frames().Handler(action.AnsweredBy("connect"))
		return handler{service: parts.Service, log: parts.Log, frames: frames}.handle, nil
	})
}
