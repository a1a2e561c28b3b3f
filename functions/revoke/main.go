// Command revoke is the function of the route revoke: the recall.
package main

import (
	"context"

	"example.com/recall/shared/function"
)

func main() {
	function.Main(func(environment function.Environment) (func(context.Context, function.Event) (function.Answer, error), error) {
		parts, err := function.Build(environment)
		if err != nil {
			return nil, err
		}
		frames := parts.Frames()
		return frames.Handler(actions(frames)), nil
	})
}
