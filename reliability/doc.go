// Package reliability searches for failures: it kills processes at every step, breaks their neighbours, and compares
// what the devices know with what is stored. docs/reliability.md tells what it found and what is promised.
package reliability
