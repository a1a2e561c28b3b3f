package verify

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	signer "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// monitoring calls CloudWatch by its Query protocol and reads the XML of the answer. The SDK speaks only a newer
// protocol, which simulations of AWS do not know.
func (a *Account) monitoring(ctx context.Context, action string, form url.Values, into any) error {
	endpoint := "https://monitoring." + a.Region() + ".amazonaws.com"
	if a.config.BaseEndpoint != nil {
		endpoint = *a.config.BaseEndpoint
	}
	form.Set("Action", action)
	form.Set("Version", "2010-08-01")
	body := []byte(form.Encode())
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint+"/", bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	credentials, err := a.config.Credentials.Retrieve(ctx)
	if err != nil {
		return err
	}
	hash := sha256.Sum256(body)
	if err := signer.NewSigner().SignHTTP(ctx, credentials, request, hex.EncodeToString(hash[:]), "monitoring",
		a.Region(), time.Now()); err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("reach CloudWatch: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	content, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("CloudWatch answers %s with %d: %s", action, answer.StatusCode, content)
	}
	return xml.Unmarshal(content, into)
}
