// Package simulation is a world in which the rules, the real adapters and the real store run while processes are
// killed and neighbours fail: users with devices, an API Gateway in memory, a queue, and processes whose every
// outside call can be stopped. Check then holds the guarantees of docs/design.md against what the devices know.
package simulation
