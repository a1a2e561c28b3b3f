// Command send is the function of the route send: it stores a message and delivers it.
package main

import "example.com/recall/shared/action"

func main() { action.Main("send") }
