package main

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"

	"example.com/recall/cmd/adminfunction"
	"example.com/recall/local/state"
)

// post sends a request to the local stack, or, signed with the caller's AWS credentials, to a deployed function by its
// URL or by direct invocation.
func (c *adminCommand) post(ctx context.Context, body []byte) ([]byte, error) {
	address, credentials, region, err := c.target(ctx)
	if err != nil {
		return nil, err
	}
	return adminfunction.Call(ctx, address, credentials, region, body)
}

func (c *adminCommand) target(ctx context.Context) (address string, credentials aws.Credentials, region string,
	err error) {
	if c.URL == "" && c.Function == "" {
		running, err := state.Find(c.State)
		if err != nil {
			return "", aws.Credentials{}, "", err
		}
		if running.Addresses.Admin == "" {
			return "", aws.Credentials{}, "", fmt.Errorf("the local stack runs without an admin function")
		}
		return running.Addresses.Admin, aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, running.Region, nil
	}
	var options []func(*config.LoadOptions) error
	if c.Region != "" {
		options = append(options, config.WithRegion(c.Region))
	}
	loaded, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return "", aws.Credentials{}, "", fmt.Errorf("read your AWS configuration: %w", err)
	}
	if loaded.Region == "" {
		return "", aws.Credentials{}, "", fmt.Errorf("no AWS region is configured; use --region or AWS_REGION")
	}
	credentials, err = loaded.Credentials.Retrieve(ctx)
	if err != nil {
		return "", aws.Credentials{}, "", fmt.Errorf("no AWS credentials: %w", err)
	}
	if c.URL != "" {
		return c.URL, credentials, loaded.Region, nil
	}
	return adminfunction.InvocationAddress(loaded.Region, c.Function), credentials, loaded.Region, nil
}
