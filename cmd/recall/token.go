package main

import (
	"errors"
	"fmt"
	"regexp"
	"time"

	"example.com/recall/local/state"
)

// tokenCommand is `recall token`.
type tokenCommand struct {
	User     string        `help:"The user of the token (1 to 64 of A-Z a-z 0-9 . _ - @)." required:"" placeholder:"USER"`
	TTL      time.Duration `help:"How long the token is valid." default:"1h" name:"ttl"`
	Secret   string        `help:"TokenSecret of another stack." env:"RECALL_TOKEN_SECRET" placeholder:"SECRET"`
	Issuer   string        `help:"The claim iss of the token, with --secret." placeholder:"TEXT"`
	Audience string        `help:"The claim aud of the token, with --secret." placeholder:"TEXT"`
	State    string        `help:"State file of the local stack." placeholder:"FILE"`
}

// Help is shown by recall token --help.
func (tokenCommand) Help() string {
	return `Prints a token that the local stack that is running accepts: recall token --user alice --ttl 10m

For another stack whose tokens are signed with a secret (its parameter TokenSecret), put the secret into the
environment, because a process list does not show it there: RECALL_TOKEN_SECRET=… recall token --user alice`
}

// userIDs are those of protocol/README.md, "Identifiers and values".
const userIDs = `^[A-Za-z0-9._@-]{1,64}$`

// minimumSecretBytes is HS256's own strength (RFC 7518, section 3.2). The template and the authorizer refuse less.
const minimumSecretBytes = 32

func checkUser(user string) error {
	if !regexp.MustCompile(userIDs).MatchString(user) {
		return fmt.Errorf("%q is no user ID: it has 1 to 64 characters of A-Z a-z 0-9 . _ - @", user)
	}
	return nil
}

// Run prints the token.
func (c *tokenCommand) Run() error {
	if err := checkUser(c.User); err != nil {
		return err
	}
	if c.TTL <= 0 {
		return errors.New("--ttl: must be longer than nothing, e.g. 1h")
	}
	signer := state.State{TokenSecret: c.Secret, TokenIssuer: c.Issuer, TokenAudience: c.Audience}
	if c.Secret != "" && len(c.Secret) < minimumSecretBytes {
		return fmt.Errorf("--secret: it has %d bytes, and no stack takes one of fewer than %d", len(c.Secret),
			minimumSecretBytes)
	}
	if c.Secret == "" {
		running, err := state.Find(c.State)
		if err != nil {
			return fmt.Errorf("%w; or give another stack's --secret", err)
		}
		signer = running
	}
	token, err := signer.Token(c.User, time.Now(), c.TTL)
	if err != nil {
		return err
	}
	fmt.Println(token)
	return nil
}
