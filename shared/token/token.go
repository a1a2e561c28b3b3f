// Package token checks the JWT that proves who connects (RFC 7519, and RFC 8725 for what not to accept).
//
// The algorithm is pinned to what is configured: HS256 for a secret; RS256, ES256 and EdDSA for a JWKS URL. A key is
// never taken from the token's own header but by its kid from that one URL.
package token

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"

	"example.com/recall/shared/recall"
)

// minimumSecretBytes is HS256's own strength (RFC 7518, section 3.2).
const minimumSecretBytes = 32

// maximumBytes bounds a token: API Gateway passes headers of up to 10 KB in all.
const maximumBytes = 8_192

// leeway is how far the issuer's clock may be ahead for nbf. exp has none: it is held against every frame.
const leeway = 30 * time.Second

// Options say which tokens are accepted. Exactly one of Secret and JWKSURL is set.
type Options struct {
	// Secret reads the secret that signs HS256 tokens. It is read again while the verifier lives, so that a changed
	// secret is in force within SecretFreshFor.
	Secret func(context.Context) (string, error)
	// JWKSURL is the address of the issuer's key set. It demands an Issuer and an Audience: a key set may be shared by
	// other applications, whose tokens would be accepted too.
	JWKSURL  string
	Issuer   string // "" accepts any
	Audience string // "" accepts any
	Clock    recall.Clock
	// Client fetches the key set, and Log gets what keeps the verifier from reading keys.
	Client *http.Client
	Log    *slog.Logger
}

// How long keys are used. A key set changes rarely, and an issuer that is down must not lock out everybody; a secret
// is changed because somebody may know it.
const (
	// SecretFreshFor is the time within which a changed secret is in force.
	SecretFreshFor = 30 * time.Second
	// SecretUsableFor is how long the last secret is used while it cannot be read again.
	SecretUsableFor = 10 * time.Minute
	// KeySetFreshFor is the time after which a key that the issuer took back is no longer accepted.
	KeySetFreshFor = time.Hour
	// KeySetUsableFor is how long the last key set is used while the issuer does not answer.
	KeySetUsableFor = 24 * time.Hour
)

// Verifier checks tokens.
type Verifier struct {
	parser *jwt.Parser
	// claims checks what needs no key.
	claims *jwt.Validator
	keys   *source
	clock  recall.Clock
}

// Claims are what a token says that was accepted.
type Claims struct {
	User      string
	ExpiresAt recall.Instant
}

// ErrRefused is the error for every token that is not accepted. The wrapping error says which check failed, and holds
// nothing of the token.
var ErrRefused = errors.New("token refused")

// New makes a verifier and reads its keys. It fails if the options are wrong, and not if the keys cannot be read yet.
func New(ctx context.Context, options Options) (*Verifier, error) {
	keys, methods, err := keysOf(options)
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
	keys.clock, keys.log = options.Clock, options.Log
	keys.start(ctx)
	return &Verifier{
		parser: jwt.NewParser(settings...), claims: jwt.NewValidator(settings...), keys: keys, clock: options.Clock,
	}, nil
}

func keysOf(options Options) (*source, []string, error) {
	switch {
	case options.Secret != nil && options.JWKSURL != "":
		return nil, nil, errors.New("a secret (TOKEN_SECRET_ARN or TOKEN_SECRET) and TOKEN_JWKS_URL are both set; set one")
	case options.Secret != nil:
		keys := &source{read: secretKeys(options.Secret), freshFor: SecretFreshFor, usableFor: SecretUsableFor}
		return keys, []string{jwt.SigningMethodHS256.Alg()}, nil
	case options.JWKSURL == "":
		return nil, nil, errors.New("none of TOKEN_JWKS_URL, TOKEN_SECRET_ARN and TOKEN_SECRET is set")
	case options.Issuer == "" || options.Audience == "":
		return nil, nil, errors.New("TOKEN_JWKS_URL needs TOKEN_ISSUER and TOKEN_AUDIENCE: without them the tokens of " +
			"every other application with the same key set would be accepted")
	}
	if _, err := http.NewRequest(http.MethodGet, options.JWKSURL, nil); err != nil {
		return nil, nil, fmt.Errorf("TOKEN_JWKS_URL: %w", err)
	}
	methods := []string{jwt.SigningMethodRS256.Alg(), jwt.SigningMethodES256.Alg(), jwt.SigningMethodEdDSA.Alg()}
	keys := &source{read: keySet(options), freshFor: KeySetFreshFor, usableFor: KeySetUsableFor}
	return keys, methods, nil
}

func secretKeys(read func(context.Context) (string, error)) func(context.Context) (jwt.Keyfunc, error) {
	return func(ctx context.Context) (jwt.Keyfunc, error) {
		secret, err := read(ctx)
		if err != nil {
			return nil, err
		}
		if len(secret) < minimumSecretBytes {
			return nil, fmt.Errorf("the secret is shorter than %d bytes", minimumSecretBytes)
		}
		return func(*jwt.Token) (any, error) { return []byte(secret), nil }, nil
	}
}

// Limits of one request for a key set.
const (
	fetchTimeout       = 3 * time.Second
	maximumKeySetBytes = 1 << 20
)

// keySet fetches the issuer's keys (RFC 7517, section 5).
func keySet(options Options) func(context.Context) (jwt.Keyfunc, error) {
	return func(ctx context.Context) (jwt.Keyfunc, error) {
		ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
		defer cancel()
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, options.JWKSURL, nil)
		if err != nil {
			return nil, err
		}
		answer, err := options.Client.Do(request)
		if err != nil {
			return nil, err
		}
		defer func() { _ = answer.Body.Close() }() // everything needed was read
		if answer.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("the key set's address answers with status %d", answer.StatusCode)
		}
		raw, err := io.ReadAll(io.LimitReader(answer.Body, maximumKeySetBytes))
		if err != nil {
			return nil, err
		}
		keys, err := keyfunc.NewJWKSetJSON(raw)
		if err != nil {
			return nil, err
		}
		return keys.Keyfunc, nil
	}
}

// Verify checks a token. Its error is ErrRefused with the reason, which holds nothing of the token, or ErrUnavailable.
func (v *Verifier) Verify(ctx context.Context, text string) (Claims, error) {
	if len(text) > maximumBytes {
		return Claims{}, fmt.Errorf("%w: longer than %d bytes", ErrRefused, maximumBytes)
	}
	claims, needsKey, err := v.parse(text, func() (jwt.Keyfunc, error) { return v.keys.current(ctx) })
	if err != nil && needsKey && !errors.Is(err, ErrUnavailable) {
		claims, err = v.parseRenewed(ctx, text, err)
	}
	switch {
	case errors.Is(err, ErrUnavailable):
		return Claims{}, err
	case err != nil:
		return Claims{}, fmt.Errorf("%w: %s", ErrRefused, reasonOf(err))
	case !v.clock.Now().Before(claims.ExpiresAt.Time):
		return Claims{}, fmt.Errorf("%w: expired", ErrRefused)
	}
	return Claims{User: claims.Subject, ExpiresAt: recall.At(claims.ExpiresAt.Time)}, nil
}

// parse checks what needs no key first, so that a token that is refused anyway costs neither a request for keys nor
// the computing of a signature. needsKey is true if only a key could decide.
func (v *Verifier) parse(
	text string, keys func() (jwt.Keyfunc, error),
) (claims jwt.RegisteredClaims, needsKey bool, err error) {
	_, err = v.parser.ParseWithClaims(text, &claims, func(unverified *jwt.Token) (any, error) {
		if err := v.claims.Validate(unverified.Claims); err != nil {
			return nil, err
		}
		needsKey = true
		known, err := keys()
		if err != nil {
			return nil, err
		}
		return known(unverified)
	})
	return claims, needsKey, err
}

// parseRenewed checks a token again that the keys did not verify, if newer ones can be had. Else it returns the first
// check's error.
func (v *Verifier) parseRenewed(ctx context.Context, text string, first error) (jwt.RegisteredClaims, error) {
	renewed, err := v.keys.renewed(ctx)
	switch {
	case err != nil:
		return jwt.RegisteredClaims{}, err
	case renewed == nil:
		return jwt.RegisteredClaims{}, first
	}
	claims, _, err := v.parse(text, func() (jwt.Keyfunc, error) { return renewed, nil })
	return claims, err
}

// reasonOf names the check that failed; the library's own text may quote claims.
func reasonOf(err error) string {
	for _, known := range []error{jwt.ErrTokenMalformed, jwt.ErrTokenSignatureInvalid, jwt.ErrTokenRequiredClaimMissing,
		jwt.ErrTokenInvalidAudience, jwt.ErrTokenExpired, jwt.ErrTokenInvalidIssuer, jwt.ErrTokenNotValidYet,
		jwt.ErrTokenInvalidClaims, jwt.ErrTokenUnverifiable} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return "not acceptable"
}
