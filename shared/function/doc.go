// Package function holds what the main of every Lambda function needs: the environment read once, the AWS configuration
// made by hand, warm clients, the logger, the metrics, and Start.
package function
