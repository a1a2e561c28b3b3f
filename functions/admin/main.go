// Command admin is the function for callers with IAM rights: moderation, groups, settings, audit. It is invoked
// directly or through its IAM-authenticated function URL.
package main

import (
	"example.com/recall/shared/function"
	"example.com/recall/shared/objects"
)

func main() {
	function.Main(func(environment function.Environment) (answerer, error) {
		parts, err := function.Build(environment, function.ManyPosts, objects.New)
		if err != nil {
			return nil, err
		}
		return handler{parts.Frames()}.handle, nil
	})
}
