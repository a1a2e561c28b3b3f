// Package objectstore runs Versity S3 Gateway, a local S3, as a child process that never outlives its parent. Its
// objects are files in a temporary folder, which is removed when the server ends.
//
// The server verifies every signature as S3 does, also that of a presigned address: its end, its method, its key, and
// the headers that it holds, such as Content-Length and Content-Type.
package objectstore

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"example.com/recall/local/process"
	"example.com/recall/local/tools"
)

// AccessKey and Secret are the credentials of people on this machine. They may do everything.
const AccessKey, Secret = "local", "local"

// Options say how to run the server.
type Options struct {
	Region string // empty = us-east-1
	// Secrets are the secrets of further callers by their access keys. The server lets each of them do everything.
	Secrets map[string]string
	// Program is the server; empty = the one that scripts/require.sh has installed.
	Program string
	// Log gets what the server prints; nil = dropped.
	Log io.Writer
}

// Server is a running server. It is an http.Handler, so that the caller decides where it can be reached.
type Server struct {
	options   Options
	folder    string
	process   *process.Process
	transport *http.Transport
	proxy     http.Handler
	closed    sync.Once
}

const (
	// startTime limits how long the start may take. On an idle machine it takes less than a second.
	startTime = 60 * time.Second
	// stopTime is how long the server may take to end after it was asked to. It keeps nothing that could be lost.
	stopTime = 500 * time.Millisecond
	// pollTime is the pause between two questions whether the server is ready.
	pollTime = 10 * time.Millisecond
)

// Start starts the server and waits until it answers. Its error says what to do if the server is not installed.
func Start(ctx context.Context, options Options) (*Server, error) {
	if options.Region == "" {
		options.Region = "us-east-1"
	}
	if options.Program == "" {
		found, err := tools.Find(filepath.Join("bin", "versitygw"))
		if err != nil {
			return nil, fmt.Errorf("%w; run: scripts/require.sh versitygw", err)
		}
		options.Program = found
	}
	folder, err := os.MkdirTemp("", "recall-s3-")
	if err != nil {
		return nil, fmt.Errorf("start the local S3: %w", err)
	}
	s := &Server{options: options, folder: folder}
	s.transport = &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", s.socket())
		},
		DisableCompression: true,
		// The server closes a connection after each answer.
		DisableKeepAlives: true,
	}
	s.proxy = &httputil.ReverseProxy{
		// The signature holds the address that the caller knows.
		Rewrite:      func(r *httputil.ProxyRequest) { r.SetURL(inside()); r.Out.Host = r.In.Host },
		Transport:    s.transport,
		ErrorLog:     log.New(io.Discard, "", 0), // a failure reaches the caller as an answer
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusServiceUnavailable) },
	}
	if err := s.start(ctx); err != nil {
		s.Close()
		return nil, fmt.Errorf("start the local S3: %w", err)
	}
	return s, nil
}

// socket is where the server listens. Only this user can open it, and no port is needed.
func (s *Server) socket() string { return filepath.Join(s.folder, "socket") }

// inside is the server's URL for this process. Its host has no meaning, since the socket leads to the server.
func inside() *url.URL { return &url.URL{Scheme: "http", Host: "127.0.0.1"} }

const healthPath = "/health"

func (s *Server) start(ctx context.Context) error {
	folders := map[string]string{}
	for _, name := range []string{"objects", "metadata", "versions", "accounts"} {
		folders[name] = filepath.Join(s.folder, name)
		if err := os.Mkdir(folders[name], 0o700); err != nil {
			return err
		}
	}
	if err := s.writeAccounts(folders["accounts"]); err != nil {
		return err
	}
	output := &process.Beginning{Log: s.options.Log}
	child, err := process.Start(process.Options{
		Path: s.options.Program,
		Arguments: []string{
			"--quiet", "--port", s.socket(), "--socket-perm", "0600", "--health", healthPath,
			"--region", s.options.Region, "--iam-dir", folders["accounts"],
			// Not every file system has the extended attributes in which the server would keep metadata.
			"posix", "--sidecar", folders["metadata"], "--versioning-dir", folders["versions"], folders["objects"],
		},
		Environment: []string{"ROOT_ACCESS_KEY=" + AccessKey, "ROOT_SECRET_KEY=" + Secret},
		Directory:   s.folder,
		Output:      output.Line,
	})
	if err != nil {
		return err
	}
	s.process = child
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	return s.wait(ctx, output)
}

// writeAccounts writes the callers in the form in which the server keeps them.
func (s *Server) writeAccounts(folder string) error {
	type account struct {
		Access string `json:"access"`
		Secret string `json:"secret"`
		Role   string `json:"role"`
	}
	accounts := map[string]account{}
	for key, secret := range s.options.Secrets {
		accounts[key] = account{Access: key, Secret: secret, Role: "admin"}
	}
	content, err := json.Marshal(map[string]any{"accessAccounts": accounts})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, "users.json"), content, 0o600)
}

// wait waits until the server answers.
func (s *Server) wait(ctx context.Context, output *process.Beginning) error {
	address := inside().JoinPath(healthPath).String()
	ticker := time.NewTicker(pollTime)
	defer ticker.Stop()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
		if err != nil {
			return err
		}
		if response, err := s.transport.RoundTrip(request); err == nil {
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-s.process.Done():
			return fmt.Errorf("it ended (%s); it said: %s; run: scripts/require.sh versitygw",
				s.process.Status(), output.Text())
		case <-ctx.Done():
			return fmt.Errorf("it was not ready in time: %w; it said: %s", context.Cause(ctx), output.Text())
		case <-ticker.C:
		}
	}
}

// ServeHTTP passes a request on to the server.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.proxy.ServeHTTP(w, r) }

// Client is an S3 client that reaches the server from this process and may do everything.
func (s *Server) Client() *s3.Client {
	return Client(inside().String(), s.options.Region, func(o *s3.Options) {
		o.HTTPClient = &http.Client{Transport: s.transport}
	})
}

// Client is an S3 client for a local endpoint, with the credentials of people on this machine.
func Client(endpoint, region string, change ...func(*s3.Options)) *s3.Client {
	return s3.New(s3.Options{
		Region: region, BaseEndpoint: aws.String(endpoint), UsePathStyle: true,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: AccessKey, SecretAccessKey: Secret}, nil
		}),
	}, change...)
}

// ProcessID is the operating system's ID of the server's process.
func (s *Server) ProcessID() int { return s.process.ID() }

// Done is closed when the server has ended.
func (s *Server) Done() <-chan struct{} { return s.process.Done() }

// Close ends the server and returns when its process and all objects are gone.
func (s *Server) Close() {
	s.closed.Do(func() {
		if s.process != nil {
			s.process.Stop(stopTime)
		}
		// If the folder stays in the temporary directory, that does no harm.
		_ = os.RemoveAll(s.folder)
	})
}
