package awsproxy

import "encoding/json"

// metered adds to a request that DynamoDB is to return the consumed capacity (DynamoDB API reference,
// "ReturnConsumedCapacity"). A body that is not a JSON object stays as it is, and DynamoDB refuses it.
func metered(body []byte) []byte {
	var request map[string]json.RawMessage
	if json.Unmarshal(body, &request) != nil || request == nil {
		return body
	}
	request["ReturnConsumedCapacity"] = json.RawMessage(`"TOTAL"`)
	changed, err := json.Marshal(request)
	if err != nil {
		return body
	}
	return changed
}

// capacity is what a call consumed of one table.
type capacity struct{ CapacityUnits float64 }

// units reads the consumed capacity from a metered answer.
func (r *recorded) units(operation string) (read, write float64) {
	if r.content == nil {
		return 0, 0
	}
	var answer struct{ ConsumedCapacity json.RawMessage }
	if json.Unmarshal(r.content.Bytes(), &answer) != nil {
		return 0, 0
	}
	var tables []capacity // for operations on several tables
	var table capacity
	if json.Unmarshal(answer.ConsumedCapacity, &tables) != nil && json.Unmarshal(answer.ConsumedCapacity, &table) == nil {
		tables = []capacity{table}
	}
	sum := 0.0
	for _, each := range tables {
		sum += each.CapacityUnits
	}
	switch operation {
	case "GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems":
		return sum, 0
	}
	return 0, sum
}
