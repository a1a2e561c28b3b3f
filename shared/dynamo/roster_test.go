package dynamo_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"

	"example.com/recall/shared/dynamo"
	"example.com/recall/shared/recall"
)

// pagingClient returns at most some rows a query, as DynamoDB does beyond 1 MB.
type pagingClient struct {
	dynamo.API
	rows int32
}

func (c pagingClient) Query(
	ctx context.Context, input *dynamodb.QueryInput, options ...func(*dynamodb.Options),
) (*dynamodb.QueryOutput, error) {
	smaller := *input
	smaller.Limit = aws.Int32(c.rows)
	return c.API.Query(ctx, &smaller, options...)
}

func TestAPageThatDynamoDBCutsEndsWhereTheNextBegins(t *testing.T) {
	tables := database.Tables(t)
	whole := &dynamo.Store{Client: tables.Client, Table: tables.Messages}
	if err := whole.PutGroup(t.Context(), engineers, "", nil, 1); err != nil {
		t.Fatal(err)
	}
	var want []recall.UserID
	for i := range 8 {
		user := recall.UserID(fmt.Sprintf("user-%d", i))
		if _, err := whole.PutMember(t.Context(), engineers, user, recall.MemberMember, 1); err != nil {
			t.Fatal(err)
		}
		want = append(want, user)
	}
	cut := &dynamo.Store{Client: pagingClient{tables.Client, 3}, Table: tables.Messages}
	var got []recall.UserID
	var sizes []int
	after := recall.UserID("")
	for more := true; more; {
		page, err := cut.RosterPage(t.Context(), engineers, after)
		if err != nil {
			t.Fatal(err)
		}
		sizes, got, more = append(sizes, len(page.Users)), append(got, page.Users...), page.More
		if more {
			after = got[len(got)-1]
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("-want +got\n%s", cmp.Diff(want, got))
	}
	if !slices.Equal(sizes, []int{2, 3, 3, 0}) { // the head is a row of the first page
		t.Errorf("the pages have %v members", sizes)
	}
}
