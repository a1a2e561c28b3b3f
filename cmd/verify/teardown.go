package verify

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	gatewaytypes "github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// leftover is something that outlives its stack: it is retained, or it was made by a service and not by the stack.
type leftover struct {
	Kind string `json:"kind"` // table, bucket, log group or role
	Name string `json:"name"`
}

const (
	kindTable    = "table"
	kindBucket   = "bucket"
	kindLogGroup = "log group"
	kindRole     = "role"
)

// The times in which CloudFormation deletes a stack, and between two questions whether it has.
const (
	deletionPatience = 20 * time.Minute
	deletionPause    = 2 * time.Second
)

// takeDown removes everything of a run, and returns what it could not remove, in words. It goes on after each failure.
func (a *Account) takeDown(ctx context.Context, r *Run) []string {
	ctx, cancel := context.WithTimeout(ctx, deletionPatience)
	defer cancel()
	var kept []string
	keep := func(what string, err error) {
		if err != nil {
			kept = append(kept, fmt.Sprintf("%s: %v", what, err))
		}
	}
	for _, name := range slices.Backward(slices.Clone(r.Stacks)) {
		keep("what outlives the stack "+name, a.findLeftovers(ctx, r, name))
		err := a.deleteStack(ctx, name)
		keep("the stack "+name, err)
		if err == nil {
			r.Stacks = slices.DeleteFunc(r.Stacks, func(each string) bool { return each == name })
		}
	}
	if len(r.Stacks) == 0 { // a stack that is still there may need them
		var left []leftover
		for _, each := range r.Left {
			if err := a.remove(ctx, each); err != nil {
				keep(fmt.Sprintf("the %s %s", each.Kind, each.Name), err)
				left = append(left, each)
			}
		}
		r.Left = left
	}
	keep("the uploaded programs in SAM's bucket", a.removeUploads(ctx, r.Name))
	keep("the file of the run", r.save())
	if len(kept) == 0 {
		keep("the file of the run", r.forget())
	}
	return kept
}

// findLeftovers notes what outlives a stack. A stack that is gone has no list any more, so it is done before.
func (a *Account) findLeftovers(ctx context.Context, r *Run, name string) error {
	stack, err := a.stack(ctx, name)
	if err != nil || stack == nil {
		return err
	}
	pages := cloudformation.NewListStackResourcesPaginator(a.stacks,
		&cloudformation.ListStackResourcesInput{StackName: aws.String(name)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, resource := range page.StackResourceSummaries {
			if each, outlives := r.outlives(resource); outlives && !slices.Contains(r.Left, each) {
				r.Left = append(r.Left, each)
			}
		}
	}
	return r.save()
}

func (r *Run) outlives(resource types.StackResourceSummary) (leftover, bool) {
	id := aws.ToString(resource.PhysicalResourceId)
	if id == "" {
		return leftover{}, false
	}
	switch aws.ToString(resource.ResourceType) {
	case "AWS::DynamoDB::Table":
		return leftover{kindTable, id}, true
	case "AWS::S3::Bucket":
		return leftover{kindBucket, id}, true
	case "AWS::Logs::LogGroup":
		return leftover{kindLogGroup, id}, true
	case "AWS::Lambda::Function": // Lambda makes the group when a function without one of its own first runs
		return leftover{kindLogGroup, "/aws/lambda/" + id}, true
	case "AWS::IAM::Role":
		return leftover{kindRole, id}, r.CreatesLogRole && aws.ToString(resource.LogicalResourceId) == "GatewayLogsRole"
	default:
		return leftover{}, false
	}
}

func (a *Account) deleteStack(ctx context.Context, name string) error {
	if _, err := a.stacks.DeleteStack(ctx, &cloudformation.DeleteStackInput{StackName: aws.String(name)}); err != nil {
		return err
	}
	for {
		stack, err := a.stack(ctx, name)
		switch {
		case err != nil:
			return err
		case stack == nil:
			return nil
		case stack.StackStatus == types.StackStatusDeleteFailed:
			return fmt.Errorf("it is DELETE_FAILED: %s", aws.ToString(stack.StackStatusReason))
		}
		select {
		case <-time.After(deletionPause):
		case <-ctx.Done():
			return fmt.Errorf("it is still %s", stack.StackStatus)
		}
	}
}

func (a *Account) remove(ctx context.Context, each leftover) error {
	var err error
	switch each.Kind {
	case kindTable:
		_, err = a.tables.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: aws.String(each.Name)})
	case kindBucket:
		err = a.removeBucket(ctx, each.Name)
	case kindLogGroup:
		_, err = a.logs.DeleteLogGroup(ctx, &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: aws.String(each.Name)})
	case kindRole:
		err = a.removeLogRole(ctx, each.Name)
	}
	if isMissing(err) {
		return nil
	}
	return err
}

// removeLogRole removes the role that the run has created, and takes it from API Gateway if API Gateway still has it.
func (a *Account) removeLogRole(ctx context.Context, name string) error {
	account, err := a.gateway.GetAccount(ctx, nil)
	if err != nil {
		return err
	}
	if strings.HasSuffix(aws.ToString(account.CloudwatchRoleArn), "/"+name) {
		if _, err := a.gateway.UpdateAccount(ctx, &apigateway.UpdateAccountInput{
			PatchOperations: []gatewaytypes.PatchOperation{
				{Op: gatewaytypes.OpReplace, Path: aws.String("/cloudwatchRoleArn"), Value: aws.String("")},
			},
		}); err != nil {
			return err
		}
	}
	attached, err := a.roles.ListAttachedRolePolicies(ctx,
		&iam.ListAttachedRolePoliciesInput{RoleName: aws.String(name)})
	if err != nil {
		return err
	}
	for _, policy := range attached.AttachedPolicies {
		if _, err := a.roles.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{
			RoleName: aws.String(name), PolicyArn: policy.PolicyArn,
		}); err != nil {
			return err
		}
	}
	_, err = a.roles.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: aws.String(name)})
	return err
}

// removeUploads removes what `sam deploy` has uploaded for a run.
func (a *Account) removeUploads(ctx context.Context, run string) error {
	bucket, err := a.samBucket(ctx)
	if err != nil || bucket == "" {
		return err
	}
	return a.removeObjects(ctx, bucket, run+"/")
}

func (a *Account) removeBucket(ctx context.Context, name string) error {
	if err := a.removeObjects(ctx, name, ""); err != nil {
		return err
	}
	_, err := a.buckets.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: aws.String(name)})
	return err
}

// removeObjects removes all versions of the objects under a prefix. SAM's bucket keeps them.
func (a *Account) removeObjects(ctx context.Context, bucket, prefix string) error {
	pages := s3.NewListObjectVersionsPaginator(a.buckets,
		&s3.ListObjectVersionsInput{Bucket: aws.String(bucket), Prefix: aws.String(prefix)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		var objects []s3types.ObjectIdentifier
		for _, version := range page.Versions {
			objects = append(objects, s3types.ObjectIdentifier{Key: version.Key, VersionId: version.VersionId})
		}
		for _, marker := range page.DeleteMarkers {
			objects = append(objects, s3types.ObjectIdentifier{Key: marker.Key, VersionId: marker.VersionId})
		}
		if len(objects) == 0 {
			continue
		}
		if _, err := a.buckets.DeleteObjects(ctx, &s3.DeleteObjectsInput{
			Bucket: aws.String(bucket), Delete: &s3types.Delete{Objects: objects},
		}); err != nil {
			return err
		}
	}
	return nil
}
