package verify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// Account is an account and region of AWS, with the rights of whoever runs the command.
type Account struct {
	config aws.Config
	number string

	stacks  *cloudformation.Client
	lambda  *lambda.Client
	tables  *dynamodb.Client
	logs    *cloudwatchlogs.Client
	roles   *iam.Client
	gateway *apigateway.Client
	buckets *s3.Client
}

// Open reads the configuration of AWS's tools, and asks who that is.
func Open(ctx context.Context, region string) (*Account, error) {
	var options []func(*config.LoadOptions) error
	if region != "" {
		options = append(options, config.WithRegion(region))
	}
	loaded, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return nil, fmt.Errorf("read your AWS configuration: %w", err)
	}
	if loaded.Region == "" {
		return nil, errors.New("no AWS region is configured; use --region or AWS_REGION")
	}
	return open(ctx, loaded)
}

func open(ctx context.Context, loaded aws.Config) (*Account, error) {
	who, err := sts.NewFromConfig(loaded).GetCallerIdentity(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("ask AWS who you are: %w", err)
	}
	return &Account{
		config: loaded, number: aws.ToString(who.Account),
		stacks: cloudformation.NewFromConfig(loaded), lambda: lambda.NewFromConfig(loaded),
		tables: dynamodb.NewFromConfig(loaded), logs: cloudwatchlogs.NewFromConfig(loaded),
		roles:   iam.NewFromConfig(loaded),
		gateway: apigateway.NewFromConfig(loaded),
		buckets: bucketsOf(loaded),
	}, nil
}

// bucketsOf is a client of S3. A simulation of AWS has the bucket in the path.
func bucketsOf(loaded aws.Config) *s3.Client {
	return s3.NewFromConfig(loaded, func(o *s3.Options) { o.UsePathStyle = true })
}

// Region is the region of AWS.
func (a *Account) Region() string { return a.config.Region }

// Preflight is what is known before anything is made.
type Preflight struct {
	Account, Region string
	// Concurrency is how many environments of functions the account may have at once; 0 = it could not be read.
	Concurrency int
	// HasLogRole means that API Gateway has a role for logs. It is never replaced.
	HasLogRole bool
	// Bootstrapped means that SAM has its bucket in this region already. If it has not, `sam deploy` makes it, and it
	// stays.
	Bootstrapped bool
}

// samStack is the stack in which SAM keeps its bucket.
const samStack = "aws-sam-cli-managed-default"

// Preflight looks at the account and changes nothing.
func (a *Account) Preflight(ctx context.Context) (Preflight, error) {
	found := Preflight{Account: a.number, Region: a.Region()}
	// If the quota cannot be read, the run says so and goes on.
	if settings, err := a.lambda.GetAccountSettings(ctx, nil); err == nil && settings.AccountLimit != nil {
		found.Concurrency = int(settings.AccountLimit.ConcurrentExecutions)
	}
	account, err := a.gateway.GetAccount(ctx, nil)
	if err != nil {
		return found, fmt.Errorf("read API Gateway's role for logs: %w", err)
	}
	found.HasLogRole = aws.ToString(account.CloudwatchRoleArn) != ""
	bucket, err := a.samBucket(ctx)
	found.Bootstrapped = bucket != ""
	return found, err
}

// smallQuota is the number of environments that a new account has.
const smallQuota = 10

// Print writes what will happen, and what it costs.
func (p Preflight) Print(w io.Writer, slow bool) {
	concurrency := "could not be read"
	if p.Concurrency > 0 {
		concurrency = fmt.Sprintf("%d", p.Concurrency)
	}
	if p.Concurrency > 0 && p.Concurrency <= smallQuota {
		concurrency += ", as in a new account, so that some measures will be slow"
	}
	role := "it has none. The run creates one, and removes it at the end"
	if p.HasLogRole {
		role = "it has one, which stays as it is"
	}
	bucket := "it is made, and stays"
	if p.Bootstrapped {
		bucket = "it is there"
	}
	duration := "about 40 minutes"
	if slow {
		duration = "about three hours, because it waits for the limit of two hours"
	}
	fmt.Fprintf(w, `account                     %s
region                      %s
Lambda: environments        %s
API Gateway: role for logs  %s
SAM: bucket                 %s
cost                        well below $1 (an estimate; nobody has measured it)
time                        %s (an estimate, too)

The run makes four stacks, whose names begin with recall-verify-, and removes them at the end.
`, p.Account, p.Region, concurrency, role, bucket, duration)
}

// samBucket returns the name of SAM's bucket, or nothing if there is none.
func (a *Account) samBucket(ctx context.Context) (string, error) {
	stack, err := a.stack(ctx, samStack)
	if err != nil || stack == nil {
		return "", err
	}
	return outputs(stack)["SourceBucket"], nil
}

// isMissing is whether an error says that something does not exist. CloudFormation has no error type for that.
func isMissing(err error) bool {
	return err != nil && (strings.Contains(err.Error(), "does not exist") ||
		strings.Contains(err.Error(), "ResourceNotFoundException") || strings.Contains(err.Error(), "NoSuchEntity") ||
		strings.Contains(err.Error(), "NoSuchBucket"))
}
