// Command revoke is the function of the route revoke: the recall.
package main

import (
	"example.com/recall/shared/action"
	"example.com/recall/shared/function"
)

func main() {
	function.Main(func(environment function.Environment) (function.FrameHandler, error) {
		parts, err := function.Build(environment)
		if err != nil {
			return nil, err
		}
		return parts.Frames().Handler(action.AnsweredBy("revoke")), nil
	})
}
