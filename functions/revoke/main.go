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
		parts, err := wiring.Build(environment)
		if err != nil {
			return nil, err
		}
		frames := parts.Frames()
		return frames.Handler(actions(frames)), nil
	})
}
