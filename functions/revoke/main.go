// Command revoke is the function of the route revoke: the recall.
package main

import (
	"context"

	"example.com/recall/shared/frame"
	"example.com/recall/shared/function"
	"example.com/recall/shared/wiring"
)

func main() {
	function.Main(func(environment function.Environment) (func(context.Context, frame.Event) (frame.Answer, error), error) {
		frames := wiring.Build(environment).Frames()
		return frames.Handler(actions(frames)), nil
	})
}
