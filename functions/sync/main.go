// Command sync is the function of the routes sync, read and conversations: what was missed, and what is unread.
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
		return parts.Frames().Handler(action.AnsweredBy("sync")), nil
	})
}
