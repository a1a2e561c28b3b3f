package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	signer "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/config"

	"example.com/recall/local/state"
)

// adminTimeout is longer than the admin function may run.
const adminTimeout = 90 * time.Second

// maximumReplyBytes is Lambda's limit of an answer (Lambda quotas: 6 MB), and a little more.
const maximumReplyBytes = 8 << 20

// post sends a request to the local stack, or, signed with the caller's AWS credentials, to a deployed function by its
// URL or by direct invocation. In both cases the service that is called is Lambda, so the request is signed for
// lambda.
func (c *adminCommand) post(ctx context.Context, body []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, adminTimeout)
	defer cancel()
	address, credentials, region, err := c.target(ctx)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	hash := sha256.Sum256(body)
	if err := signer.NewSigner().SignHTTP(ctx, credentials, request, hex.EncodeToString(hash[:]), "lambda", region,
		time.Now()); err != nil {
		return nil, fmt.Errorf("sign the request: %w", err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("reach the admin function: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	reply, err := io.ReadAll(io.LimitReader(answer.Body, maximumReplyBytes))
	if err != nil {
		return nil, fmt.Errorf("read the reply: %w", err)
	}
	if answer.StatusCode == http.StatusForbidden && !bytes.HasPrefix(reply, []byte(`{"type"`)) {
		return nil,
			fmt.Errorf("not allowed to call the admin function (403); " +
				"the caller needs lambda:InvokeFunctionUrl or lambda:InvokeFunction on it")
	}
	if answer.Header.Get("X-Amz-Function-Error") != "" {
		return nil, fmt.Errorf("the admin function failed; its log group has the details")
	}
	return reply, nil
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
	// All tools of AWS read this variable. The local stack has such an endpoint, too.
	endpoint := os.Getenv("AWS_ENDPOINT_URL_LAMBDA")
	if endpoint == "" {
		endpoint = fmt.Sprintf("https://lambda.%s.amazonaws.com", loaded.Region)
	}
	return strings.TrimSuffix(endpoint, "/") + "/2015-03-31/functions/" + url.PathEscape(c.Function) + "/invocations",
		credentials, loaded.Region, nil
}
