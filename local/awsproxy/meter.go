package awsproxy

import "encoding/json"

// metered asks for the consumed capacity in a request (DynamoDB API reference, "ReturnConsumedCapacity"). What is not
// a JSON object stays as it is; DynamoDB refuses it.
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

// capacity is one table's part of what a call consumed.
type capacity struct{ CapacityUnits float64 }

// units takes the consumed capacity out of a metered answer.
func (r *recorded) units(operation string) (read, write float64) {
	if r.content == nil {
		return 0, 0
	}
	var answer struct{ ConsumedCapacity json.RawMessage }
	if json.Unmarshal(r.content.Bytes(), &answer) != nil {
		return 0, 0
	}
	var tables []capacity // of operations on several tables
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
