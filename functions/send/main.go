// Command send is the function of the route send: it stores a message and delivers it.
package main

import (
	"example.com/recall/shared/action"
	"example.com/recall/shared/function"
	"example.com/recall/shared/objects"
)

func main() { action.Main("send", function.ManyPosts, objects.New) }
