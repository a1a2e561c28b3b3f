package stack

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"example.com/recall/local/lambda"
)

// startLambda prepares the service that runs the functions. It starts no function: the first invocation does.
func (s *Stack) startLambda(context.Context) error {
	rewrite := s.rewriter()
	var functions []lambda.Function
	for _, function := range s.template.Functions {
		environment := map[string]string{}
		for name, value := range function.Environment {
			environment[name] = rewrite.Replace(value)
		}
		runs := s.functionPrograms[function.LogicalID]
		maps.Copy(environment, runs.Environment)
		for _, name := range trustedBy(function.Runtime) {
			environment[name] = s.trusted
		}
		if strings.HasPrefix(function.Runtime, "nodejs") {
			if err := s.adaptNode(environment); err != nil {
				return err
			}
		}
		functions = append(functions, lambda.Function{
			Name:                function.Name,
			ARN:                 function.ARN,
			Handler:             function.Handler,
			Environment:         environment,
			Program:             runs.Path,
			Arguments:           runs.Arguments,
			Directory:           runs.Directory,
			Timeout:             function.Timeout,
			MemoryMegabytes:     function.MemoryMegabytes,
			ReservedConcurrency: function.ReservedConcurrency,
		})
	}
	environment := map[string]string{
		"AWS_ENDPOINT_URL": s.network.url(awsPart),
		// Old SDKs do not know that variable, and some code contains AWS's addresses.
		"HTTPS_PROXY": s.network.url(awsPart), "NO_PROXY": "127.0.0.1,localhost," + s.options.Address,
		"AWS_ENDPOINT_URL_EVENTS": s.network.url(eventsPart), "AWS_ENDPOINT_URL_SECRETS_MANAGER": s.network.url(secretsPart),
	}
	if s.dynamodb != nil {
		environment["AWS_ENDPOINT_URL_DYNAMODB"] = s.network.url(dynamoProxyPart)
	}
	if s.queues != nil {
		environment["AWS_ENDPOINT_URL_SQS"] = s.network.url(queueProxyPart)
	}
	if s.objects != nil {
		environment["AWS_ENDPOINT_URL_S3"] = s.network.url(objectsPart)
	}
	for name, value := range s.options.Environment {
		environment[name] = value
	}
	var err error
	s.lambda, err = lambda.New(lambda.Options{
		Functions:          functions,
		Region:             s.template.Region,
		MaximumConcurrency: s.options.MaximumConcurrency,
		Environment:        environment,
		Keys:               s.keys,
		// The local S3 knows only permanent keys.
		NoSessionToken: s.objects != nil,
		Freeze:         !s.options.NoFreeze,
		Now:            s.options.Clock.Now,
		Invoked:        s.reporter.invoked,
		Logged:         s.reporter.logged,
	})
	if err != nil {
		return err
	}
	s.onClose(s.lambda.Close)
	return nil
}

//go:embed awsaddress.cjs nodepath.cjs nodepath.mjs
var nodeScripts embed.FS

// adaptNode directs the calls that a Node.js program makes to AWS's own addresses to the local stack. It also lets
// the program find packages in the places where AWS's runtime finds them.
func (s *Stack) adaptNode(environment map[string]string) error {
	if err := os.CopyFS(filepath.Join(s.temporary, "node"), nodeScripts); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("start the local stack: %w", err)
	}
	required := ""
	for _, script := range []string{"awsaddress.cjs", "nodepath.cjs"} {
		required += "--require " + filepath.Join(s.temporary, "node", script) + " "
	}
	environment["NODE_OPTIONS"] = strings.TrimSpace(required + environment["NODE_OPTIONS"])
	environment["RECALL_LOCAL_AWS"] = s.network.host(awsPart)
	return nil
}

// apiHost returns the host of the API on AWS.
func (s *Stack) apiHost() string {
	if s.template.API == nil {
		return ""
	}
	return s.template.API.ID + ".execute-api." + s.template.Region + ".amazonaws.com"
}

// trustedBy returns the variables that tell programs of a runtime which certificates to trust.
func trustedBy(runtime string) []string {
	switch {
	case strings.HasPrefix(runtime, "nodejs"):
		return []string{"NODE_EXTRA_CA_CERTS"}
	case strings.HasPrefix(runtime, "python"):
		return []string{"AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"}
	default:
		return []string{"SSL_CERT_FILE"}
	}
}

// rewriter returns a replacer that replaces the addresses that AWS would give by local ones, in all places where the
// template puts them.
func (s *Stack) rewriter() *strings.Replacer {
	var pairs []string
	if api := s.template.API; api != nil {
		host := s.apiHost()
		local := s.network.host(gatewayPart)
		management := "http://" + local
		if s.options.TLS != NoTLS {
			management = s.network.url(connectionsPart)
		}
		pairs = append(pairs, "https://"+host, management, "wss://"+host, "ws://"+local)
	}
	for _, queue := range s.template.Queues {
		// Some clients call the address of the queue itself. That call must go through the proxy, too.
		pairs = append(pairs, queue.URL, s.network.url(queueProxyPart)+"/"+s.template.AccountID+"/"+queue.Name)
	}
	for _, bucket := range s.template.Buckets {
		for _, domain := range bucket.Domains {
			pairs = append(pairs, "https://"+domain, s.network.url(objectsPart)+"/"+bucket.Name)
		}
	}
	return strings.NewReplacer(pairs...)
}
