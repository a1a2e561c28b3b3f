// Command sync is the function of the routes sync, read and conversations: it tells what a device missed, and what is
// unread.
package main

import (
	"example.com/recall/shared/action"
	"example.com/recall/shared/function"
	"example.com/recall/shared/objects"
)

func main() { action.Main("sync", function.FewPosts, objects.New) }
