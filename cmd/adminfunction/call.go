// Package adminfunction calls the admin function of a deployment, by its URL or by direct invocation.
package adminfunction

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	signer "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// timeout is longer than the admin function may run.
const timeout = 90 * time.Second

// maximumReplyBytes is Lambda's limit of an answer (Lambda quotas: 6 MB), and a little more.
const maximumReplyBytes = 8 << 20

// Call posts a request to an address of the admin function: its URL, or that of InvocationAddress. In both cases the
// service that is called is Lambda, so the request is signed for lambda.
func Call(ctx context.Context, address string, credentials aws.Credentials, region string, body []byte) ([]byte,
	error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
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
			errors.New("not allowed to call the admin function (403); " +
				"the caller needs lambda:InvokeFunctionUrl or lambda:InvokeFunction on it")
	}
	if answer.Header.Get("X-Amz-Function-Error") != "" {
		return nil, errors.New("the admin function failed; its log group has the details")
	}
	return reply, nil
}

// InvocationAddress is where a function is invoked directly. All tools of AWS read AWS_ENDPOINT_URL_LAMBDA, which
// names another address than that of AWS. The local stack has such an address.
func InvocationAddress(region, function string) string {
	endpoint := os.Getenv("AWS_ENDPOINT_URL_LAMBDA")
	if endpoint == "" {
		endpoint = fmt.Sprintf("https://lambda.%s.amazonaws.com", region)
	}
	return strings.TrimSuffix(endpoint, "/") + "/2015-03-31/functions/" + url.PathEscape(function) + "/invocations"
}
