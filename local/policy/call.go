package policy

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
)

// requests returns the rights that a call needs (Service Authorization Reference of each service). A call that it
// does not know is an error, because both allowing and denying it would be a guess.
func (a *Account) requests(service, operation string, body []byte) ([]Request, error) {
	var requests []Request
	var err error
	switch service {
	case "dynamodb":
		requests, err = a.storageRequests(operation, body)
	case "sqs":
		requests, err = a.queueRequests(operation, body)
	case "secretsmanager":
		requests, err = a.secretRequests(operation, body)
	case "events":
		requests, err = a.eventRequests(operation, body)
	default:
		err = unknown(service, operation)
	}
	return requests, err
}

func unknown(service, operation string) error {
	return fmt.Errorf("the local stack does not know which rights %s:%s takes", service, operation)
}

// queueActions are the operations of SQS and the names of the rights that they need (Service Authorization Reference,
// "Amazon SQS").
var queueActions = map[string]string{
	"SendMessage": "SendMessage", "SendMessageBatch": "SendMessage", "ReceiveMessage": "ReceiveMessage",
	"DeleteMessage": "DeleteMessage", "DeleteMessageBatch": "DeleteMessage", "GetQueueAttributes": "GetQueueAttributes",
	"ChangeMessageVisibility": "ChangeMessageVisibility", "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
}

func (a *Account) queueRequests(operation string, body []byte) ([]Request, error) {
	action := queueActions[operation]
	if action == "" {
		return nil, unknown("sqs", operation)
	}
	var call struct{ QueueURL string }
	if err := json.Unmarshal(body, &call); err != nil {
		return nil, err
	}
	return []Request{{Action: "sqs:" + action, Resource: a.arn("sqs", path.Base(call.QueueURL))}}, nil
}

// secretRequests accepts only the whole ARN of a secret, which is what the functions use.
func (a *Account) secretRequests(operation string, body []byte) ([]Request, error) {
	if operation != "GetSecretValue" {
		return nil, unknown("secretsmanager", operation)
	}
	var call struct{ SecretID string }
	if err := json.Unmarshal(body, &call); err != nil {
		return nil, err
	}
	return []Request{{Action: "secretsmanager:GetSecretValue", Resource: call.SecretID}}, nil
}

func (a *Account) eventRequests(operation string, body []byte) ([]Request, error) {
	if operation != "PutEvents" {
		return nil, unknown("events", operation)
	}
	var call struct {
		Entries []struct{ EventBusName string }
	}
	if err := json.Unmarshal(body, &call); err != nil {
		return nil, err
	}
	var requests []Request
	for _, entry := range call.Entries {
		bus := entry.EventBusName
		if bus == "" {
			bus = "default"
		}
		if !strings.HasPrefix(bus, "arn:") {
			bus = a.arn("events", "event-bus/"+bus)
		}
		request := Request{Action: "events:PutEvents", Resource: bus}
		if !slices.ContainsFunc(requests, func(r Request) bool { return r.Resource == bus }) {
			requests = append(requests, request)
		}
	}
	return requests, nil
}
