// Command revoke is the function of the route revoke: it recalls messages.
package main

import (
	"example.com/recall/shared/action"
	"example.com/recall/shared/function"
	"example.com/recall/shared/objects"
)

func main() { action.Main("revoke", function.ManyPosts, objects.New) }
