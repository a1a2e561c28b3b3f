package policy

// managed returns the statements of one of AWS's managed policies by its name, and false for a policy that is not
// known here (AWS Managed Policy Reference). It leaves out rights that no function needs on one machine, such as
// those for logs and traces.
func managed(name string) (statements []any, known bool) {
	allow := func(resource any, actions ...any) []any {
		return []any{map[string]any{"Effect": "Allow", "Action": actions, "Resource": resource}}
	}
	switch name {
	case "AWSLambdaBasicExecutionRole", "AWSXRayDaemonWriteAccess", "AWSXrayWriteOnlyAccess",
		"AWSLambdaVPCAccessExecutionRole",
		"CloudWatchLambdaInsightsExecutionRolePolicy":
		return nil, true
	case "AWSLambdaDynamoDBExecutionRole":
		return allow("*", "dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator",
			"dynamodb:ListStreams"), true
	case "AWSLambdaSQSQueueExecutionRole":
		return allow("*", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"), true
	case "AmazonDynamoDBFullAccess", "AmazonDynamoDBFullAccess_v2":
		return allow("*", "dynamodb:*"), true
	case "AmazonSQSFullAccess":
		return allow("*", "sqs:*"), true
	case "AmazonAPIGatewayInvokeFullAccess":
		return allow("arn:aws:execute-api:*:*:*", "execute-api:Invoke", "execute-api:ManageConnections"), true
	case "AdministratorAccess":
		return allow("*", "*"), true
	default:
		return nil, false
	}
}
