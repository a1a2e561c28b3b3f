// Package function is what every Lambda function of Recall is made of, besides its handler. It reads the environment,
// makes the AWS configuration and the clients, builds the rules with their adapters, opens connections before the
// first invocation, and starts. It answers frames and requests of administrators: it decodes them, calls the
// function's action, maps an error to a reply in one place, and writes the log lines and metrics. It decides no rule.
package function
