// Command send is the function of the route send: it stores a message and delivers it.
package main

import (
	"context"

	"example.com/recall/shared/frame"
	"example.com/recall/shared/function"
	"example.com/recall/shared/wiring"
)

func main() {
	function.Main(func(environment function.Environment) (func(context.Context, frame.Event) (frame.Answer, error), error) {
		parts, err := wiring.Build(environment)
		if err != nil {
			return nil, err
		}
		return parts.Frames().Handler(actions(parts.Service)), nil
	})
}
