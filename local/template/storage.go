package template

import (
	"encoding/json"
	"time"
)

// Table is a DynamoDB table.
type Table struct {
	LogicalID, Name, ARN string
	// Attributes are the types (S, N or B) of the key attributes.
	Attributes []Attribute
	Key        Key
	Local      []Index
	Global     []Index
	StreamView string // NEW_IMAGE and so on; empty = no stream
	TimeToLive string // the attribute; empty = none
}

// Attribute is a key attribute with its type: S, N or B.
type Attribute struct{ Name, Type string }

// Key is a key schema. Range is empty if the schema has only a partition key.
type Key struct{ Hash, Range string }

// Index is a secondary index.
type Index struct {
	Name       string
	Key        Key
	Projection string   // ALL, KEYS_ONLY or INCLUDE
	Include    []string // the attributes for INCLUDE
}

func (r *reader) readTable(from *resource) {
	f := r.fields(from)
	table := Table{LogicalID: from.logicalID, Name: f.text("TableName", from.logicalID)}
	table.ARN = r.arn("dynamodb", "table/"+table.Name)
	for _, item := range f.list("AttributeDefinitions") {
		attribute := newFields(from.logicalID+".AttributeDefinitions", item, &r.findings)
		table.Attributes = append(table.Attributes, Attribute{
			attribute.required("AttributeName"), attribute.required("AttributeType"),
		})
		attribute.finish()
	}
	table.Key = r.readKey(f)
	table.Local = r.readIndexes(f, "LocalSecondaryIndexes")
	table.Global = r.readIndexes(f, "GlobalSecondaryIndexes")
	if f.has("StreamSpecification") {
		stream := f.fields("StreamSpecification")
		table.StreamView = stream.required("StreamViewType")
		stream.notEmulated("ResourcePolicy")
		stream.finish()
	}
	ttl := f.fields("TimeToLiveSpecification")
	if attribute := ttl.text("AttributeName", ""); ttl.boolean("Enabled", attribute != "") {
		table.TimeToLive = attribute
	}
	ttl.finish()
	f.harmless("BillingMode", "ProvisionedThroughput", "OnDemandThroughput", "PointInTimeRecoverySpecification",
		"SSESpecification", "Tags", "TableClass", "DeletionProtectionEnabled", "ContributorInsightsSpecification",
		"WarmThroughput")
	f.notEmulated("ResourcePolicy")
	f.finish()
	r.result.Tables = append(r.result.Tables, table)
}

func (r *reader) readKey(f fields) Key {
	var key Key
	for _, item := range f.list("KeySchema") {
		part := newFields(f.where+".KeySchema", item, &r.findings)
		name := part.required("AttributeName")
		switch kind := part.required("KeyType"); kind {
		case "HASH":
			key.Hash = name
		case "RANGE":
			key.Range = name
		default:
			part.failAt("KeyType", "must be HASH or RANGE")
		}
		part.finish()
	}
	if key.Hash == "" {
		f.failHere("KeySchema has no HASH key")
	}
	return key
}

func (r *reader) readIndexes(f fields, name string) []Index {
	var indexes []Index
	for _, item := range f.list(name) {
		index := newFields(f.where+"."+name, item, &r.findings)
		projection := index.fields("Projection")
		indexes = append(indexes, Index{
			Name: index.required("IndexName"), Key: r.readKey(index),
			Projection: projection.text("ProjectionType", "ALL"), Include: projection.texts("NonKeyAttributes"),
		})
		projection.finish()
		index.harmless("ProvisionedThroughput", "OnDemandThroughput", "ContributorInsightsSpecification", "WarmThroughput")
		index.finish()
	}
	return indexes
}

// Queue is a standard SQS queue.
type Queue struct {
	LogicalID, Name, ARN, URL string
	VisibilityTimeout         time.Duration
	Retention                 time.Duration
	Delay                     time.Duration
	ReceiveWait               time.Duration
	// DeadLetterARN is the queue that a message goes to after MaximumReceives; empty = there is none.
	DeadLetterARN   string
	MaximumReceives int
}

// readQueue reads an AWS::SQS::Queue. Defaults and limits are those of SetQueueAttributes in the SQS API reference.
func (r *reader) readQueue(from *resource) {
	f := r.fields(from)
	name := f.text("QueueName", from.logicalID)
	queue := Queue{
		LogicalID: from.logicalID, Name: name, ARN: r.arn("sqs", name), URL: queueURL(r, from, name),
		VisibilityTimeout: time.Duration(f.integer("VisibilityTimeout", 30, 0, 43_200)) * time.Second,
		Retention:         time.Duration(f.integer("MessageRetentionPeriod", 345_600, 60, 1_209_600)) * time.Second,
		Delay:             time.Duration(f.integer("DelaySeconds", 0, 0, 900)) * time.Second,
		ReceiveWait:       time.Duration(f.integer("ReceiveMessageWaitTimeSeconds", 0, 0, 20)) * time.Second,
	}
	if f.boolean("FifoQueue", false) {
		f.noticeAt("FifoQueue", "the local stack only knows standard queues")
	}
	if policy, ok := f.get("RedrivePolicy"); ok {
		if source, isText := policy.data.(string); isText {
			policy = parsedJSON(policy.line, source)
		}
		redrive := newFields(from.logicalID+".RedrivePolicy", policy, &r.findings)
		queue.DeadLetterARN = redrive.required("deadLetterTargetArn")
		queue.MaximumReceives = redrive.integer("maxReceiveCount", 10, 1, 1000)
		redrive.finish()
	}
	f.harmless("Tags", "SqsManagedSseEnabled", "KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds")
	f.notEmulated("MaximumMessageSize", "RedriveAllowPolicy")
	f.finish()
	r.result.Queues = append(r.result.Queues, queue)
}

// parsedJSON reads a property that may be written as JSON text. A text that is not a JSON object counts as nothing.
func parsedJSON(line int, source string) value {
	var parsed map[string]any
	if json.Unmarshal([]byte(source), &parsed) != nil {
		return value{line: line}
	}
	result := newObject()
	for key, item := range parsed {
		encoded, err := json.Marshal(item)
		if err != nil {
			continue
		}
		switch item := item.(type) {
		case string:
			result.set(key, value{line: line, data: item})
		default:
			result.set(key, value{line: line, data: number(encoded)})
		}
	}
	return value{line: line, data: result}
}
