// Package measure holds what every benchmark here needs: injected latencies, the lower bounds that follow from them,
// percentiles, and the words that say on which machine and when something was measured.
package measure
