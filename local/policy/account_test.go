package policy_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/recall/local/policy"
	"example.com/recall/local/template"
)

const source = `
Resources:
  Api:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      RouteSelectionExpression: $request.body.action
      StageName: s
      Routes: {$default: {FunctionArn: !GetAtt SendFunction.Arn}}
  SendFunction:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: provided.al2023
      Role: !GetAtt SendRole.Arn
      Events:
        Changes:
          Type: DynamoDB
          Properties:
            Stream: !GetAtt Messages.StreamArn
            StartingPosition: LATEST
            DestinationConfig: {OnFailure: {Destination: !GetAtt Failures.Arn}}
        Work: {Type: SQS, Properties: {Queue: !GetAtt Queue.Arn}}
  SendRole:
    Type: AWS::IAM::Role
    Properties:
      Policies:
        - PolicyName: send
          PolicyDocument:
            Statement: STATEMENTS
  Messages:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions:
        - {AttributeName: pk, AttributeType: S}
        - {AttributeName: sk, AttributeType: S}
        - {AttributeName: by, AttributeType: S}
      KeySchema: [{AttributeName: pk, KeyType: HASH}, {AttributeName: sk, KeyType: RANGE}]
      GlobalSecondaryIndexes:
        - IndexName: operators
          KeySchema: [{AttributeName: by, KeyType: HASH}]
          Projection: {ProjectionType: ALL}
      StreamSpecification: {StreamViewType: NEW_IMAGE}
  Queue: {Type: AWS::SQS::Queue}
  Failures: {Type: AWS::SQS::Queue}
`

// accountOf makes an account with one role that has these statements.
func accountOf(t *testing.T, statements string) (*template.Template, *policy.Account) {
	t.Helper()
	described, err := template.Read([]byte(strings.Replace(source, "STATEMENTS", statements, 1)), template.Options{})
	if err != nil {
		t.Fatal(err)
	}
	account, err := policy.NewAccount(described.PolicyOptions())
	if err != nil {
		t.Fatal(err)
	}
	return described, account
}

func allowed(t *testing.T, err error) bool {
	t.Helper()
	var denied *policy.Denied
	if err != nil && !errors.As(err, &denied) {
		t.Errorf("neither allowed nor denied: %v", err)
	}
	return err == nil
}

// calls are calls, each with the action and the resource that it needs.
var calls = []struct{ service, operation, body, action, resource string }{
	{
		"dynamodb", "GetItem", `{"TableName":"Messages","Key":{"pk":{"S":"a"},"sk":{"S":"b"}}}`,
		"dynamodb:GetItem", "Messages",
	},
	{
		"dynamodb", "GetItem",
		`{"TableName":"arn:aws:dynamodb:us-east-1:123456789012:table/Messages","Key":{"pk":{"S":"a"},"sk":{"S":"b"}}}`,
		"dynamodb:GetItem", "Messages",
	},
	{
		"dynamodb", "PutItem", `{"TableName":"Messages","Item":{"pk":{"S":"a"},"sk":{"S":"b"}}}`,
		"dynamodb:PutItem", "Messages",
	},
	{
		"dynamodb", "Query",
		`{"TableName":"Messages","KeyConditionExpression":"pk=:p","ExpressionAttributeValues":{":p":{"S":"a"}}}`,
		"dynamodb:Query", "Messages",
	},
	{
		"dynamodb", "Query",
		`{"TableName":"Messages","IndexName":"operators","KeyConditionExpression":"#b = :p",` +
			`"ExpressionAttributeNames":{"#b":"by"},"ExpressionAttributeValues":{":p":{"S":"a"}}}`,
		"dynamodb:Query", "Messages/index/operators",
	},
	{"dynamodb", "Scan", `{"TableName":"Messages"}`, "dynamodb:Scan", "Messages"},
	{
		"dynamodb", "BatchGetItem", `{"RequestItems":{"Messages":{"Keys":[{"pk":{"S":"a"},"sk":{"S":"b"}}]}}}`,
		"dynamodb:BatchGetItem", "Messages",
	},
	{
		"dynamodb", "BatchWriteItem",
		`{"RequestItems":{"Messages":[{"PutRequest":{"Item":{"pk":{"S":"a"}}}},` +
			`{"DeleteRequest":{"Key":{"pk":{"S":"a"}}}}]}}`,
		"dynamodb:BatchWriteItem", "Messages",
	},
	{
		"dynamodb", "TransactWriteItems", `{"TransactItems":[{"Delete":{"TableName":"Messages","Key":{"pk":{"S":"a"}}}}]}`,
		"dynamodb:DeleteItem", "Messages",
	},
	{
		"dynamodb", "TransactWriteItems",
		`{"TransactItems":[{"ConditionCheck":{"TableName":"Messages","Key":{"pk":{"S":"a"}}}}]}`,
		"dynamodb:ConditionCheckItem", "Messages",
	},
	{
		"sqs", "SendMessage", `{"QueueUrl":"http://127.0.0.1:9324/123456789012/Queue","MessageBody":"x"}`,
		"sqs:SendMessage", "Queue",
	},
	{
		"sqs", "DeleteMessageBatch", `{"QueueUrl":"http://127.0.0.1:9324/123456789012/Queue"}`,
		"sqs:DeleteMessage", "Queue",
	},
	{"events", "PutEvents", `{"Entries":[{"EventBusName":"recalls"}]}`, "events:PutEvents", "recalls"},
	{"events", "PutEvents", `{"Entries":[{"Source":"x"}]}`, "events:PutEvents", "default"},
}

func arnOf(service, resource string) string {
	kinds := map[string]string{"dynamodb": "table/", "events": "event-bus/"}
	return "arn:aws:" + service + ":us-east-1:123456789012:" + kinds[service] + resource
}

func TestEachCallTakesItsActionOnItsResourceAndNoOther(t *testing.T) {
	for _, call := range calls {
		resource := arnOf(call.service, call.resource)
		for _, test := range []struct {
			action, resource string
			want             bool
		}{
			{call.action, resource, true},
			{call.action + "s", resource, false},
			{call.action, resource + "2", false},
		} {
			_, account := accountOf(t, "[{Effect: Allow, Action: '"+test.action+"', Resource: '"+test.resource+"'}]")
			err := account.Call("SendFunction", call.service, call.operation, []byte(call.body))
			if got := allowed(t, err); got != test.want {
				t.Errorf("%s with the right to %s on %s: allowed is %v", call.operation, test.action, test.resource, got)
			}
		}
	}
}

func TestLeadingKeysBindCallsToTheirPartitions(t *testing.T) {
	_, account := accountOf(t, `[{Effect: Allow, Action: 'dynamodb:*', Resource: '*',
              Condition: {'ForAllValues:StringEquals': {'dynamodb:LeadingKeys': [settings]}}}]`)
	for _, call := range calls {
		// A scan has no leading key, and ForAllValues is true when there is none.
		if call.service != "dynamodb" || call.operation == "Scan" {
			continue
		}
		if allowed(t, account.Call("SendFunction", call.service, call.operation, []byte(call.body))) {
			t.Errorf("%s reaches the partition a", call.operation)
		}
		body := strings.NewReplacer(`{"S":"a"}`, `{"S":"settings"}`).Replace(call.body)
		if !allowed(t, account.Call("SendFunction", call.service, call.operation, []byte(body))) {
			t.Errorf("%s does not reach the partition settings", call.operation)
		}
	}
	both := `{"RequestItems":{"Messages":{"Keys":[{"pk":{"S":"settings"}},{"pk":{"S":"a"}}]}}}`
	if allowed(t, account.Call("SendFunction", "dynamodb", "BatchGetItem", []byte(both))) {
		t.Error("a batch reaches another partition beside its own")
	}
}

func TestPostsAreHeldAgainstMethodStageAndConnection(t *testing.T) {
	const manage, path = "execute-api:ManageConnections", "/@connections/L0SM9cOFvHcCIhw="
	described, account := accountOf(t, "[{Effect: Allow, Action: '"+manage+"', "+
		"Resource: !Sub 'arn:aws:execute-api:us-east-1:123456789012:${Api}/s/POST/@connections/*'}]")
	if !allowed(t, account.Connection("SendFunction", "POST", "L0SM9cOFvHcCIhw=")) ||
		allowed(t, account.Connection("SendFunction", "DELETE", "L0SM9cOFvHcCIhw=")) {
		t.Error("POST is denied, or DELETE is allowed too")
	}
	resource := "arn:aws:execute-api:us-east-1:123456789012:" + described.API.ID + "/s/DELETE" + path
	want := map[policy.Denial]int{{Function: "SendFunction", Action: manage, Resource: resource}: 1}
	if difference := cmp.Diff(want, account.Denials()); difference != "" {
		t.Error(difference)
	}
}

func TestADenialReadsAsAWSWritesIt(t *testing.T) {
	_, account := accountOf(t, "[{Effect: Deny, Action: 'dynamodb:GetItem', Resource: '*'}]")
	for operation, because := range map[string]string{
		"PutItem": "no identity-based policy allows the dynamodb:PutItem action",
		"GetItem": "of an explicit deny in an identity-based policy",
	} {
		err := account.Call("SendFunction", "dynamodb", operation,
			[]byte(`{"TableName":"Messages","Key":{"pk":{"S":"a"}},"Item":{"pk":{"S":"a"}}}`))
		want := "User: arn:aws:sts::123456789012:assumed-role/SendRole/SendFunction " +
			"is not authorized to perform: dynamodb:" + operation +
			" on resource: arn:aws:dynamodb:us-east-1:123456789012:table/Messages because " + because
		if err == nil || err.Error() != want {
			t.Errorf("%v", err)
		}
	}
}

func TestWhoIsNoFunctionMayDoEverything(t *testing.T) {
	_, account := accountOf(t, "[{Effect: Deny, Action: '*', Resource: '*'}]")
	if err := account.Call("admin", "dynamodb", "CreateTable", nil); err != nil {
		t.Error(err)
	}
	if err := account.Connection("admin", "DELETE", "x"); err != nil {
		t.Error(err)
	}
}

func TestACallWhoseRightsAreNotKnownIsRefused(t *testing.T) {
	_, account := accountOf(t, "[{Effect: Allow, Action: '*', Resource: '*'}]")
	for _, call := range []struct{ service, operation, body string }{
		{"dynamodb", "ExecuteStatement", `{}`},
		{"sqs", "CreateQueue", `{}`},
		{"events", "PutRule", `{}`},
		{"s3", "GetObject", `{}`},
		{"dynamodb", "GetItem", `{"TableName":"Messages"}`},
		{"dynamodb", "Query", `{"TableName":"Messages","KeyConditions":{}}`},
		{"sqs", "SendMessage", `[`},
	} {
		if err := account.Call("SendFunction", call.service, call.operation, []byte(call.body)); err == nil {
			t.Errorf("%s %s %s is allowed", call.service, call.operation, call.body)
		}
	}
}

// Older clients of SQS name the operation in a form instead of a header. Without this rule such a call would need no
// right.
func TestACallThatDoesNotNameItsOperationIsRefused(t *testing.T) {
	_, account := accountOf(t, "[{Effect: Allow, Action: '*', Resource: '*'}]")
	err := account.Call("SendFunction", "sqs", "", []byte("Action=SendMessage&MessageBody=x"))
	if err == nil || !strings.Contains(err.Error(), "X-Amz-Target") {
		t.Errorf("the error is %v", err)
	}
}

func TestLambdaReadsAnEventSourceWithTheFunctionsRole(t *testing.T) {
	const all = "['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', " +
		"'dynamodb:ListStreams', " +
		"'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:SendMessage']"
	for removed, source := range map[string]int{
		"":                        -1,
		"'dynamodb:GetRecords', ": 0,
		", 'sqs:SendMessage'":     0,
		"'sqs:DeleteMessage', ":   1,
	} {
		described, account := accountOf(t,
			"[{Effect: Allow, Resource: '*', Action: "+strings.Replace(all, removed, "", 1)+"}]")
		for i, each := range described.EventSources {
			err := account.EventSource("SendFunction", each.SourceARN, each.OnFailureARN)
			if got := allowed(t, err); got != (i != source) {
				t.Errorf("without %q the source %s may be read: %v", removed, each.LogicalID, got)
			}
		}
	}
}

func TestRightsAreCountedByFunctionActionAndResource(t *testing.T) {
	_, account := accountOf(t,
		"[{Effect: Allow, Action: ['dynamodb:GetItem', 'dynamodb:PutItem'], Resource: !GetAtt Messages.Arn}]")
	for range 2 {
		if err := account.Call(calls[0].service, "", calls[0].operation, nil); err != nil {
			t.Fatal(err)
		}
		if err := account.Call("SendFunction", "dynamodb", "GetItem", []byte(calls[0].body)); err != nil {
			t.Fatal(err)
		}
	}
	table := arnOf("dynamodb", "Messages")
	want := []policy.Use{
		{Function: "SendFunction", Grant: policy.Grant{Action: "dynamodb:GetItem", Resource: table}, Times: 2},
		{Function: "SendFunction", Grant: policy.Grant{Action: "dynamodb:PutItem", Resource: table}, Times: 0},
	}
	if difference := cmp.Diff(want, account.Uses()); difference != "" {
		t.Error(difference)
	}
}

func TestARoleThatCannotBeEvaluatedIsRefused(t *testing.T) {
	for reason, change := range map[string][2]string{
		"ReadOnlyAccess": {
			"Policies:",
			"ManagedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess']\n      Policies:",
		},
		"is not in the template": {"!GetAtt SendRole.Arn", "arn:aws:iam::123456789012:role/other"},
		"NotAction":              {"STATEMENTS", "[{Effect: Allow, NotAction: 'dynamodb:GetItem', Resource: '*'}]"},
	} {
		text := strings.Replace(source, change[0], change[1], 1)
		described, err := template.Read([]byte(strings.Replace(text, "STATEMENTS", "[]", 1)), template.Options{})
		if err != nil {
			t.Fatal(err)
		}
		_, err = policy.NewAccount(described.PolicyOptions())
		if err == nil || !strings.Contains(err.Error(), reason) || !strings.Contains(err.Error(), "SendFunction") {
			t.Errorf("%v, want %q", err, reason)
		}
	}
}
