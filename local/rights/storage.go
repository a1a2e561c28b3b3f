package rights

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"example.com/recall/local/policy"
	"example.com/recall/local/template"
)

// leadingKeys is the condition key that holds the partition keys of the items that a call is about (IAM User Guide and
// DynamoDB guide, "Using IAM policy conditions for fine-grained access control").
const leadingKeys = "dynamodb:leadingkeys"

// attributes is an item, or its key.
type attributes map[string]map[string]any

// single is a call about one item, a query or a scan.
type single struct {
	TableName, IndexName      string
	Key, Item                 attributes
	KeyConditionExpression    string
	ExpressionAttributeNames  map[string]string
	ExpressionAttributeValues attributes
}

// transactionActions are the rights that the parts of a transaction take; the transaction itself takes none
// (DynamoDB guide, "Using IAM with DynamoDB transactions").
var transactionActions = map[string]string{
	"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem", "Get": "GetItem",
}

func (b *Book) storageNeeds(operation string, body []byte) ([]policy.Request, error) {
	switch operation {
	case "GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan", "DescribeTable":
		var call single
		if err := json.Unmarshal(body, &call); err != nil {
			return nil, err
		}
		request, err := b.storageRequest(operation, call)
		return []policy.Request{request}, err
	case "BatchGetItem", "BatchWriteItem":
		return b.batchNeeds(operation, body)
	case "TransactWriteItems", "TransactGetItems":
		return b.transactionNeeds(body)
	default:
		return nil, unknown("dynamodb", operation)
	}
}

func (b *Book) storageRequest(operation string, call single) (policy.Request, error) {
	resource, table := b.table(call.TableName)
	key := table.Key.Hash
	if call.IndexName != "" {
		resource += "/index/" + call.IndexName
		for _, index := range slices.Concat(table.Local, table.Global) {
			if index.Name == call.IndexName {
				key = index.Key.Hash
			}
		}
	}
	request := policy.Request{Action: "dynamodb:" + operation, Resource: resource}
	var leading string
	var err error
	switch operation {
	case "Scan", "DescribeTable":
		return request, nil // about no item in particular: the condition key is absent
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

// batchNeeds takes one right for each table.
func (b *Book) batchNeeds(operation string, body []byte) ([]policy.Request, error) {
	var call struct{ RequestItems map[string]json.RawMessage }
	if err := json.Unmarshal(body, &call); err != nil {
		return nil, err
	}
	var requests []policy.Request
	for name, raw := range call.RequestItems {
		resource, table := b.table(name)
		items, err := batchItems(operation, raw)
		if err != nil {
			return nil, err
		}
		keys := make([]string, len(items))
		for i, item := range items {
			if keys[i], err = item.text(table.Key.Hash); err != nil {
				return nil, err
			}
		}
		requests = append(requests, policy.Request{Action: "dynamodb:" + operation, Resource: resource, Keys: map[string][]string{leadingKeys: keys}})
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

func (b *Book) transactionNeeds(body []byte) ([]policy.Request, error) {
	var call struct{ TransactItems []map[string]single }
	if err := json.Unmarshal(body, &call); err != nil {
		return nil, err
	}
	var requests []policy.Request
	for _, item := range call.TransactItems {
		for kind, part := range item {
			if transactionActions[kind] == "" {
				return nil, unknown("dynamodb", kind)
			}
			request, err := b.storageRequest(transactionActions[kind], part)
			if err != nil {
				return nil, err
			}
			requests = append(requests, request)
		}
	}
	return requests, nil
}

// table finds a table by the name or ARN that a call gives.
func (b *Book) table(name string) (arn string, table template.Table) {
	arn = name
	if !strings.HasPrefix(name, "arn:") {
		arn = b.arn("dynamodb", "table/"+name)
	}
	for _, table := range b.template.Tables {
		if table.ARN == arn {
			return arn, table
		}
	}
	return arn, template.Table{}
}

// text is an attribute's value as a condition sees it.
func (a attributes) text(name string) (string, error) {
	for _, kind := range []string{"S", "N", "B"} {
		if value, ok := a[name][kind].(string); ok {
			return value, nil
		}
	}
	return "", fmt.Errorf("the call does not give the partition key %s", name)
}

var keyEquality = regexp.MustCompile(`(#?[A-Za-z_][\w.-]*)\s*=\s*(:\w+)`)

// queried is the partition key of a query.
func (s single) queried(key string) (string, error) {
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
