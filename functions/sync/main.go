// Command sync is the function of the routes sync, read and conversations: what was missed, and what is unread.
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
