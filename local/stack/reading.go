package stack

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"path/filepath"

	"example.com/recall/local/signature"
	"example.com/recall/local/template"
)

// tokenSecretARN is the name of the secret that is stored if the parameters give no other way to verify tokens.
//
// #nosec G101 -- it is the name of a secret, not the secret
const tokenSecretARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:recall-local-AbCdEf"

// readTemplate reads the template with the parameters that a local deployment passes.
func (s *Stack) readTemplate(context.Context) error {
	parameters := map[string]string{}
	for name, value := range s.options.Parameters {
		parameters[name] = value
	}
	names, err := template.ParameterNames(s.options.Template)
	if err != nil {
		return err
	}
	setDefault := func(name, value string) {
		if _, given := parameters[name]; names[name] && !given {
			parameters[name] = value
		}
	}
	setDefault("StageName", "local")
	port := s.network.port(demoPart)
	setDefault("AllowedOrigins", fmt.Sprintf("http://127.0.0.1:%d,http://localhost:%d", port, port))
	if names["TokenSecretArn"] && parameters["TokenJwksUrl"] == "" && parameters["TokenSecret"] == "" {
		setDefault("TokenSecretArn", tokenSecretARN)
		secret := make([]byte, 32)
		_, _ = rand.Read(secret) // it never fails, according to crypto/rand
		s.secrets.Put(parameters["TokenSecretArn"], base64.RawURLEncoding.EncodeToString(secret))
	}
	s.template, err = template.Load(s.options.Template, template.Options{
		Parameters: parameters,
		Strict:     s.options.Strict,
	})
	if err != nil {
		return err
	}
	var functions []string
	for _, function := range s.template.Functions {
		functions = append(functions, function.Name)
	}
	s.keys = signature.NewKeyring(functions...)
	for _, notice := range s.template.Notices {
		s.notice(filepath.Base(s.options.Template) + ", " + notice.String())
	}
	return nil
}
