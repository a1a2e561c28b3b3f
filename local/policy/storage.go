package policy

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// leadingKeys is the condition key for the partition keys of the items that a call is about (IAM User Guide and
// DynamoDB guide, "Using IAM policy conditions for fine-grained access control").
const leadingKeys = "dynamodb:leadingkeys"

// attributes is an item or its key.
type attributes map[string]map[string]any

// storageCall is a call about one item, a query or a scan.
type storageCall struct {
	TableName, IndexName      string
	Key, Item                 attributes
	KeyConditionExpression    string
	ExpressionAttributeNames  map[string]string
	ExpressionAttributeValues attributes
}

// transactionActions are the rights that the parts of a transaction need. The transaction itself needs none (DynamoDB
// guide, "Using IAM with DynamoDB transactions").
var transactionActions = map[string]string{
	"Put":            "PutItem",
	"Update":         "UpdateItem",
	"Delete":         "DeleteItem",
	"ConditionCheck": "ConditionCheckItem",
	"Get":            "GetItem",
}

func (a *Account) storageRequests(operation string, body []byte) ([]Request, error) {
	switch operation {
	case "GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan", "DescribeTable":
		var call storageCall
		if err := json.Unmarshal(body, &call); err != nil {
			return nil, err
		}
		request, err := a.storageRequest(operation, call)
		return []Request{request}, err
	case "BatchGetItem", "BatchWriteItem":
		return a.batchRequests(operation, body)
	case "TransactWriteItems", "TransactGetItems":
		return a.transactionRequests(body)
	default:
		return nil, unknown("dynamodb", operation)
	}
}

func (a *Account) storageRequest(operation string, call storageCall) (Request, error) {
	resource, table := a.table(call.TableName)
	key := table.Key
	if call.IndexName != "" {
		resource += "/index/" + call.IndexName
		key = table.IndexKeys[call.IndexName]
	}
	request := Request{Action: "dynamodb:" + operation, Resource: resource}
	var leading string
	var err error
	switch operation {
	case "Scan", "DescribeTable":
		return request, nil // the call is not about certain items, so the condition key is absent
	case "Query":
		leading, err = call.queried(key)
	case "PutItem":
		leading, err = call.Item.text(key)
	default:
		leading, err = call.Key.text(key)
	}
	request.Keys = map[string][]string{leadingKeys: {leading}}
	return request, err
}

// batchRequests returns one right for each table.
func (a *Account) batchRequests(operation string, body []byte) ([]Request, error) {
	var call struct{ RequestItems map[string]json.RawMessage }
	if err := json.Unmarshal(body, &call); err != nil {
		return nil, err
	}
	var requests []Request
	for name, raw := range call.RequestItems {
		resource, table := a.table(name)
		items, err := batchItems(operation, raw)
		if err != nil {
			return nil, err
		}
		keys := make([]string, len(items))
		for i, item := range items {
			if keys[i], err = item.text(table.Key); err != nil {
				return nil, err
			}
		}
		requests = append(requests, Request{
			Action:   "dynamodb:" + operation,
			Resource: resource,
			Keys:     map[string][]string{leadingKeys: keys},
		})
	}
	return requests, nil
}

func batchItems(operation string, raw json.RawMessage) ([]attributes, error) {
	if operation == "BatchGetItem" {
		var read struct{ Keys []attributes }
		err := json.Unmarshal(raw, &read)
		return read.Keys, err
	}
	var writes []struct {
		PutRequest    struct{ Item attributes }
		DeleteRequest struct{ Key attributes }
	}
	err := json.Unmarshal(raw, &writes)
	var items []attributes
	for _, write := range writes {
		if write.PutRequest.Item != nil {
			items = append(items, write.PutRequest.Item)
		} else {
			items = append(items, write.DeleteRequest.Key)
		}
	}
	return items, err
}

func (a *Account) transactionRequests(body []byte) ([]Request, error) {
	var call struct{ TransactItems []map[string]storageCall }
	if err := json.Unmarshal(body, &call); err != nil {
		return nil, err
	}
	var requests []Request
	for _, item := range call.TransactItems {
		for kind, part := range item {
			if transactionActions[kind] == "" {
				return nil, unknown("dynamodb", kind)
			}
			request, err := a.storageRequest(transactionActions[kind], part)
			if err != nil {
				return nil, err
			}
			requests = append(requests, request)
		}
	}
	return requests, nil
}

// table finds a table by the name or ARN that a call gives.
func (a *Account) table(name string) (arn string, table Table) {
	arn = name
	if !strings.HasPrefix(name, "arn:") {
		arn = a.arn("dynamodb", "table/"+name)
	}
	for _, table := range a.options.Tables {
		if table.ARN == arn {
			return arn, table
		}
	}
	return arn, Table{}
}

// text returns an attribute's value as a condition compares it.
func (a attributes) text(name string) (string, error) {
	for _, kind := range []string{"S", "N", "B"} {
		if value, ok := a[name][kind].(string); ok {
			return value, nil
		}
	}
	return "", fmt.Errorf("the call does not give the partition key %s", name)
}

var keyEquality = regexp.MustCompile(`(#?[A-Za-z_][\w.-]*)\s*=\s*(:\w+)`)

// queried returns the partition key of a query.
func (s storageCall) queried(key string) (string, error) {
	for _, match := range keyEquality.FindAllStringSubmatch(s.KeyConditionExpression, -1) {
		name := match[1]
		if aliased, ok := s.ExpressionAttributeNames[name]; ok {
			name = aliased
		}
		if name == key {
			return s.ExpressionAttributeValues.text(match[2])
		}
	}
	return "", errors.New("the local stack does not see the partition key in the query's KeyConditionExpression")
}
