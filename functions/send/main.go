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
		parts := wiring.Build(environment)
		return parts.Frames().Handler(actions(parts.Service)), nil
	})
}
