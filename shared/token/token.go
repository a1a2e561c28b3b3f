// Package token checks the JWT that proves who connects (RFC 7519, and RFC 8725 for what not to accept).
//
// The algorithm is pinned to what is configured: HS256 for a secret; RS256, ES256 and EdDSA for a JWKS URL. A key is
// never taken from the token's own header but by its kid from that one URL.
package token

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/time/rate"

	"example.com/recall/shared/recall"
)

// minimumSecretBytes is HS256's own strength (RFC 7518, section 3.2).
const minimumSecretBytes = 32

// maximumBytes bounds a token: API Gateway passes headers of up to 10 KB in all.
const maximumBytes = 8_192

// leeway is how far the issuer's clock may be ahead for nbf and iat. exp has none: it is held against every frame.
const leeway = 30 * time.Second

// Options say what is accepted. Exactly one of Secret and JWKSURL is set.
type Options struct {
	Secret   string
	JWKSURL  string
	Issuer   string // "" accepts any
	Audience string // "" accepts any
	Clock    recall.Clock
	// Client fetches the keys, and Log gets what keeps it from that.
	Client *http.Client
	Log    *slog.Logger
}

// Verifier checks tokens.
type Verifier struct {
	parser *jwt.Parser
	keys   jwt.Keyfunc
	clock  recall.Clock
}

// Claims are what a good token says.
type Claims struct {
	User      string
	ExpiresAt recall.Instant
}

// ErrRefused is what every token that is not accepted gets; which check failed is in the wrapping error, the token never.
var ErrRefused = errors.New("token refused")

// New makes a verifier. ctx bounds the life of the refreshing of keys.
func New(ctx context.Context, options Options) (*Verifier, error) {
	keys, methods, err := keysOf(ctx, options)
	if err != nil {
		return nil, err
	}
	settings := []jwt.ParserOption{
		jwt.WithValidMethods(methods),
		jwt.WithExpirationRequired(),
		jwt.WithTimeFunc(options.Clock.Now),
		jwt.WithLeeway(leeway),
		jwt.WithStrictDecoding(),
	}
	if options.Issuer != "" {
		settings = append(settings, jwt.WithIssuer(options.Issuer))
	}
	if options.Audience != "" {
		settings = append(settings, jwt.WithAudience(options.Audience))
	}
	return &Verifier{parser: jwt.NewParser(settings...), keys: keys, clock: options.Clock}, nil
}

func keysOf(ctx context.Context, options Options) (jwt.Keyfunc, []string, error) {
	switch {
	case options.Secret != "" && options.JWKSURL != "":
		return nil, nil, errors.New("TOKEN_SECRET and TOKEN_JWKS_URL are both set; set one")
	case options.Secret != "":
		if len(options.Secret) < minimumSecretBytes {
			return nil, nil, fmt.Errorf("TOKEN_SECRET is shorter than %d bytes", minimumSecretBytes)
		}
		return func(*jwt.Token) (any, error) { return []byte(options.Secret), nil }, []string{jwt.SigningMethodHS256.Alg()}, nil
	case options.JWKSURL != "":
		keys, err := remoteKeys(ctx, options)
		methods := []string{jwt.SigningMethodRS256.Alg(), jwt.SigningMethodES256.Alg(), jwt.SigningMethodEdDSA.Alg()}
		return keys, methods, err
	}
	return nil, nil, errors.New("neither TOKEN_SECRET nor TOKEN_JWKS_URL is set")
}

// Refreshing of remote keys: an issuer that rotates is followed within the hour, or at once when a token names a new
// kid, at most once in unknownKeyPause, so that forged kids cannot make the function ask for ever.
const (
	refreshEvery = time.Hour
	fetchTimeout = 3 * time.Second
	// Nothing waits that long: who would have to wait longer is refused at once. It must only outlast a busy processor.
	rateLimitWait   = 100 * time.Millisecond
	unknownKeyPause = 30 * time.Second
)

func remoteKeys(ctx context.Context, options Options) (jwt.Keyfunc, error) {
	startAnyway := true // an issuer that is down at start may be up at the first handshake
	set, err := keyfunc.NewDefaultOverrideCtx(ctx, []string{options.JWKSURL}, keyfunc.Override{
		Client:                    options.Client,
		HTTPTimeout:               fetchTimeout,
		NoErrorReturnFirstHTTPReq: &startAnyway,
		RefreshInterval:           refreshEvery,
		RefreshUnknownKID:         rate.NewLimiter(rate.Every(unknownKeyPause), 1),
		RateLimitWaitMax:          rateLimitWait,
		RefreshErrorHandlerFunc: func(string) func(context.Context, error) {
			return func(ctx context.Context, err error) { options.Log.ErrorContext(ctx, "keys not fetched", "error", err) }
		},
	})
	if err != nil {
		return nil, fmt.Errorf("TOKEN_JWKS_URL: %w", err)
	}
	return set.Keyfunc, nil
}

// Verify checks a token. Its error is ErrRefused with the reason, which holds nothing of the token.
func (v *Verifier) Verify(text string) (Claims, error) {
	if len(text) > maximumBytes {
		return Claims{}, fmt.Errorf("%w: longer than %d bytes", ErrRefused, maximumBytes)
	}
	var claims jwt.RegisteredClaims
	if _, err := v.parser.ParseWithClaims(text, &claims, v.keys); err != nil {
		return Claims{}, fmt.Errorf("%w: %s", ErrRefused, reasonOf(err))
	}
	if !v.clock.Now().Before(claims.ExpiresAt.Time) {
		return Claims{}, fmt.Errorf("%w: expired", ErrRefused)
	}
	return Claims{User: claims.Subject, ExpiresAt: recall.At(claims.ExpiresAt.Time)}, nil
}

// reasonOf names the check that failed; the library's own text may quote claims.
func reasonOf(err error) string {
	for _, known := range []error{jwt.ErrTokenMalformed, jwt.ErrTokenUnverifiable, jwt.ErrTokenSignatureInvalid,
		jwt.ErrTokenRequiredClaimMissing, jwt.ErrTokenInvalidAudience, jwt.ErrTokenExpired, jwt.ErrTokenUsedBeforeIssued,
		jwt.ErrTokenInvalidIssuer, jwt.ErrTokenNotValidYet, jwt.ErrTokenInvalidClaims} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return "not acceptable"
}
