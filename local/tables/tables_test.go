package tables_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"

	"example.com/recall/local/dynamodblocal"
	"example.com/recall/local/tables"
	"example.com/recall/local/template"
)

func TestTheTablesOfTheTemplateAreCreatedWithAllTheyHave(t *testing.T) {
	server, err := dynamodblocal.Start(t.Context(), dynamodblocal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	described, err := template.Read([]byte(source), template.Options{})
	if err != nil {
		t.Fatal(err)
	}
	client := tables.Client(server.Endpoint(), described.Region)
	for range 2 { // the second time they already exist
		if err := tables.Create(t.Context(), client, described); err != nil {
			t.Fatal(err)
		}
	}
	name := "Messages"
	output, err := client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &name})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, key := range output.Table.KeySchema {
		got = append(got, string(key.KeyType)+" "+*key.AttributeName)
	}
	for _, index := range output.Table.LocalSecondaryIndexes {
		got = append(got,
			"local "+*index.IndexName+" "+*index.KeySchema[1].AttributeName+" "+string(index.Projection.ProjectionType))
		got = append(got, index.Projection.NonKeyAttributes...)
	}
	for _, index := range output.Table.GlobalSecondaryIndexes {
		got = append(got,
			"global "+*index.IndexName+" "+*index.KeySchema[0].AttributeName+" "+string(index.Projection.ProjectionType))
	}
	got = append(got, "stream "+string(output.Table.StreamSpecification.StreamViewType))
	life, err := client.DescribeTimeToLive(t.Context(), &dynamodb.DescribeTimeToLiveInput{TableName: &name})
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, "expires "+*life.TimeToLiveDescription.AttributeName)
	want := []string{
		"HASH pk", "RANGE sk", "local recalls revocationId INCLUDE", "sender",
		"global operators revokedByOperator KEYS_ONLY",
		"stream NEW_IMAGE", "expires expiresAt",
	}
	if difference := cmp.Diff(want, got); difference != "" {
		t.Error(difference)
	}
}

const source = `
Resources:
  Messages:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions:
        - {AttributeName: pk, AttributeType: S}
        - {AttributeName: sk, AttributeType: S}
        - {AttributeName: revocationId, AttributeType: S}
        - {AttributeName: revokedByOperator, AttributeType: S}
      KeySchema: [{AttributeName: pk, KeyType: HASH}, {AttributeName: sk, KeyType: RANGE}]
      LocalSecondaryIndexes:
        - IndexName: recalls
          KeySchema: [{AttributeName: pk, KeyType: HASH}, {AttributeName: revocationId, KeyType: RANGE}]
          Projection: {ProjectionType: INCLUDE, NonKeyAttributes: [sender]}
      GlobalSecondaryIndexes:
        - IndexName: operators
          KeySchema: [{AttributeName: revokedByOperator, KeyType: HASH}, {AttributeName: revocationId, KeyType: RANGE}]
          Projection: {ProjectionType: KEYS_ONLY}
      StreamSpecification: {StreamViewType: NEW_IMAGE}
      TimeToLiveSpecification: {AttributeName: expiresAt, Enabled: true}
`
