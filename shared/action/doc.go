// Package action has every action of the protocol, each as one value: its name, the function that answers it, how its
// request is read, and what is done with it. CONTRIBUTING.md shows step by step how to add one.
package action
