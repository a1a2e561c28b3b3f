package gatewayrules

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// SignWith returns a function for Target.Sign that signs calls of @connections with credentials.
func SignWith(credentials aws.CredentialsProvider, region string) func(r *http.Request, body []byte) error {
	return func(r *http.Request, body []byte) error {
		key, err := credentials.Retrieve(r.Context())
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		return v4.NewSigner().SignHTTP(r.Context(), key, r, hex.EncodeToString(sum[:]), "execute-api", region, time.Now())
	}
}
