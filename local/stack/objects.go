package stack

import (
	"context"
	"errors"
	"net/http"
	"time"

	"example.com/recall/local/answer"
	"example.com/recall/local/awsproxy"
	"example.com/recall/local/objectstore"
	"example.com/recall/local/policy"
	"example.com/recall/local/signature"
)

func (s *Stack) startObjects(ctx context.Context) error {
	if len(s.template.Buckets) == 0 {
		return nil
	}
	s.options.Progress("starting the local S3")
	store, err := objectstore.Start(ctx, objectstore.Options{Region: s.template.Region, Secrets: s.keys})
	if err != nil {
		return err
	}
	s.onClose(store.Close)
	s.objects = store
	return objectstore.Create(ctx, store.Client(), s.template)
}

// expiryPause is how long objects that have expired may still be there. On AWS it takes longer.
const expiryPause = time.Hour

// startExpiring deletes the objects that have expired, as long as the stack runs.
func (s *Stack) startExpiring(context.Context) error {
	if s.objects == nil {
		return nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.onClose(cancel)
	client := s.objects.Client()
	var expire func()
	expire = func() {
		for _, bucket := range s.template.Buckets {
			if err := objectstore.Expire(ctx, client, bucket, s.options.Clock.Now()); err != nil && ctx.Err() == nil {
				s.notice(err.Error())
			}
		}
		if ctx.Err() == nil {
			s.options.Clock.AfterFunc(expiryPause, expire)
		}
	}
	s.options.Clock.AfterFunc(expiryPause, expire)
	return nil
}

// readObjectCall says for awsproxy which call of S3 a request is.
func readObjectCall(r *http.Request) (operation string, body bool) {
	call := policy.ReadObjectCall(r)
	return call.Operation, call.NeedsBody()
}

// objectRefusal makes the answer to a refused call of S3.
func (s *Stack) objectRefusal(err error) *awsproxy.Refusal {
	if err == nil {
		return nil
	}
	s.tellDenied(err)
	var denied *policy.Denied
	if errors.As(err, &denied) {
		return &awsproxy.Refusal{Status: http.StatusForbidden, Name: "AccessDenied", Message: err.Error()}
	}
	return &awsproxy.Refusal{Status: http.StatusNotImplemented, Name: "NotImplemented", Message: err.Error()}
}

// serveObjects serves S3. A caller who may not list a bucket does not learn there which objects do not exist.
func (s *Stack) serveObjects(w http.ResponseWriter, r *http.Request) {
	call := policy.ReadObjectCall(r)
	if s.rights != nil && call.Key != "" {
		signed, _ := signature.Read(r) // the S3 refuses a request that is not signed
		w = &absence{ResponseWriter: w, hidden: func() error { return s.rights.Absence(signed.AccessKey, call) }}
	}
	s.objects.ServeHTTP(w, r)
}

// absence replaces the answer that an object does not exist by a refusal, if hidden says so.
type absence struct {
	http.ResponseWriter
	hidden   func() error
	replaced bool
}

func (a *absence) WriteHeader(status int) {
	if status == http.StatusNotFound {
		if err := a.hidden(); err != nil {
			a.replaced = true
			a.Header().Del("Content-Length")
			answer.ObjectError(a.ResponseWriter, http.StatusForbidden, "AccessDenied", err.Error())
			return
		}
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *absence) Write(p []byte) (int, error) {
	if a.replaced {
		return len(p), nil
	}
	return a.ResponseWriter.Write(p)
}

func (a *absence) Unwrap() http.ResponseWriter { return a.ResponseWriter }
