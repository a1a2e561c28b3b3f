package verify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// The rules about what happens if something fails.
const (
	faultTimeout    = "faults.time-out"
	faultPermission = "faults.permission"
)

// fault makes something fail, and returns the product in which it does. end repairs it.
type fault func(ctx context.Context) (p Product, end func(ctx context.Context) error, err error)

// survives recalls in a group of three while something fails. All members must learn of it all the same.
func survives(ctx context.Context, id string, f fault) (seen string, err error) {
	p, end, err := f(ctx)
	if err != nil {
		return "", err
	}
	// The context may be over, and the fault has to end in every case.
	defer func() { err = errors.Join(err, end(context.WithoutCancel(ctx))) }()
	p.Measure = nil // these times say nothing
	g, err := p.group(ctx, id, 3)
	if err != nil {
		return "", err
	}
	defer g.close()
	_, _, err = g.recall(ctx, p.faultPatience())
	return "", err
}

// faultPatience is longer than a message of the queue stays hidden after a failure (VisibilityTimeout).
func (p Product) faultPatience() time.Duration {
	const ofTheQueue = 4 * time.Minute
	if p.Patience > 0 {
		return min(p.Patience, ofTheQueue)
	}
	return ofTheQueue
}

// faults are those that can be caused on AWS. settle is how long AWS may take until a changed right is in force.
func (d *Deployed) faults(p Product, settle time.Duration) map[string]fault {
	return map[string]fault{
		faultTimeout: func(ctx context.Context) (Product, func(context.Context) error, error) {
			end, err := d.hurry(ctx, "RevokeFunction")
			return p, end, err
		},
		faultPermission: func(ctx context.Context) (Product, func(context.Context) error, error) {
			end, err := d.forbidPosts(ctx, "RevokeRole", "revoke", settle)
			return p, end, err
		},
	}
}

// updatePatience is how long Lambda may take to change a function.
const updatePatience = 2 * time.Minute

// hurry lets a function run for a second only, with the least memory.
func (d *Deployed) hurry(ctx context.Context, logicalID string) (end func(ctx context.Context) error, err error) {
	name, err := d.resource(logicalID)
	if err != nil {
		return nil, err
	}
	before, err := d.account.lambda.GetFunctionConfiguration(ctx,
		&lambda.GetFunctionConfigurationInput{FunctionName: aws.String(name)})
	if err != nil {
		return nil, err
	}
	update := func(ctx context.Context, seconds, megabytes *int32) error {
		if _, err := d.account.lambda.UpdateFunctionConfiguration(ctx, &lambda.UpdateFunctionConfigurationInput{
			FunctionName: aws.String(name), Timeout: seconds, MemorySize: megabytes,
		}); err != nil {
			return err
		}
		return d.updated(ctx, name)
	}
	end = func(ctx context.Context) error { return update(ctx, before.Timeout, before.MemorySize) }
	return end, update(ctx, aws.Int32(1), aws.Int32(128))
}

// alias is the one that all calls of a function go to (template.yaml, AutoPublishAlias).
const alias = "live"

// updated waits until a function is changed, and then makes the change a version to which its alias leads.
func (d *Deployed) updated(ctx context.Context, function string) error {
	if err := lambda.NewFunctionUpdatedV2Waiter(d.account.lambda).Wait(ctx,
		&lambda.GetFunctionInput{FunctionName: aws.String(function)}, updatePatience); err != nil {
		return err
	}
	_, err := d.account.lambda.GetAlias(ctx,
		&lambda.GetAliasInput{FunctionName: aws.String(function), Name: aws.String(alias)})
	if isMissing(err) {
		return nil // calls run what was changed
	}
	if err != nil {
		return err
	}
	published, err := d.account.lambda.PublishVersion(ctx,
		&lambda.PublishVersionInput{FunctionName: aws.String(function)})
	if err != nil {
		return err
	}
	if err := lambda.NewPublishedVersionActiveWaiter(d.account.lambda).Wait(ctx, &lambda.GetFunctionConfigurationInput{
		FunctionName: aws.String(function), Qualifier: published.Version,
	}, updatePatience); err != nil {
		return err
	}
	_, err = d.account.lambda.UpdateAlias(ctx, &lambda.UpdateAliasInput{
		FunctionName: aws.String(function), Name: aws.String(alias), FunctionVersion: published.Version,
	})
	return err
}

// forbidPosts takes the right to post to connections from a role.
func (d *Deployed) forbidPosts(ctx context.Context, logicalID, policy string, settle time.Duration) (
	end func(ctx context.Context) error, err error) {
	role, err := d.resource(logicalID)
	if err != nil {
		return nil, err
	}
	before, err := d.account.roles.GetRolePolicy(ctx,
		&iam.GetRolePolicyInput{RoleName: aws.String(role), PolicyName: aws.String(policy)})
	if err != nil {
		return nil, err
	}
	document, err := url.QueryUnescape(aws.ToString(before.PolicyDocument))
	if err != nil {
		return nil, err
	}
	without, err := withoutPosts(document)
	if err != nil {
		return nil, err
	}
	put := func(ctx context.Context, document string) error {
		_, err := d.account.roles.PutRolePolicy(ctx, &iam.PutRolePolicyInput{
			RoleName: aws.String(role), PolicyName: aws.String(policy), PolicyDocument: aws.String(document),
		})
		return err
	}
	end = func(ctx context.Context) error { return put(ctx, document) }
	if err := put(ctx, without); err != nil {
		return nil, err
	}
	select {
	case <-time.After(settle):
		return end, nil
	case <-ctx.Done():
		return nil, errors.Join(ctx.Err(), end(context.WithoutCancel(ctx)))
	}
}

// withoutPosts returns a policy without its statements about connections.
func withoutPosts(document string) (string, error) {
	var policy struct {
		Version   string
		Statement []map[string]any
	}
	if err := json.Unmarshal([]byte(document), &policy); err != nil {
		return "", fmt.Errorf("read the policy: %w", err)
	}
	all := len(policy.Statement)
	policy.Statement = slices.DeleteFunc(policy.Statement, func(statement map[string]any) bool {
		return statement["Action"] == "execute-api:ManageConnections"
	})
	if len(policy.Statement) == all {
		return "", errors.New("the policy has no right to post to connections")
	}
	without, err := json.Marshal(policy)
	return string(without), err
}
