// Command revoke is the function of the route revoke: it recalls messages.
package main

import "example.com/recall/shared/action"

func main() { action.Main("revoke") }
