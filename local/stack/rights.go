package stack

import (
	"context"
	"errors"
	"net/http"

	"example.com/recall/local/awsproxy"
	"example.com/recall/local/policy"
)

// readRights reads what each function's role allows; see Options.NoRights.
func (s *Stack) readRights(context.Context) error {
	if s.options.NoRights {
		return nil
	}
	account, err := policy.NewAccount(s.template.PolicyOptions())
	if err != nil && s.options.Strict {
		return err
	}
	if err != nil {
		s.notice(err.Error())
	}
	s.rights = account
	return nil
}

// Uses returns the grants of all functions and how often each was used so far.
func (s *Stack) Uses() []policy.Use {
	if s.rights == nil {
		return nil
	}
	return s.rights.Uses()
}

// Denials returns the calls of functions that were refused because a right was missing.
func (s *Stack) Denials() map[policy.Denial]int {
	if s.rights == nil {
		return nil
	}
	return s.rights.Denials()
}

// proxy makes a proxy between the functions and a service. It checks the calls against the roles of the functions.
func (s *Stack) proxy(options awsproxy.Options) (*awsproxy.Proxy, error) {
	options.Watch, options.Now, options.Keys = s.reporter.call, s.options.Clock.Now, s.keys
	if s.rights != nil {
		options.Authorize = func(r awsproxy.Request) *awsproxy.Refusal {
			if r.Service == "s3" {
				// A browser asks whether its page may make the call. The bucket's rules answer, and nobody's rights.
				if r.HTTP.Method == http.MethodOptions {
					return nil
				}
				return s.objectRefusal(s.rights.Objects(r.AccessKey, policy.ReadObjectCall(r.HTTP), r.Body))
			}
			return s.refusal(s.rights.Call(r.AccessKey, r.Service, r.Operation, r.Body))
		}
	}
	proxy, err := awsproxy.New(options)
	if err == nil {
		s.onClose(proxy.Close)
	}
	return proxy, err
}

// refusal makes the answer to a refused call, in AWS's words, and reports it.
func (s *Stack) refusal(err error) *awsproxy.Refusal {
	if err == nil {
		return nil
	}
	s.tellDenied(err)
	refusal := &awsproxy.Refusal{Status: http.StatusBadRequest, Name: "UnknownOperationException", Message: err.Error()}
	var denied *policy.Denied
	if errors.As(err, &denied) {
		refusal.Name = "AccessDeniedException"
	}
	return refusal
}

// connectionAllowed checks a function's call of @connections against its role.
func (s *Stack) connectionAllowed(accessKey, method, connectionID string) error {
	err := s.rights.Connection(accessKey, method, connectionID)
	s.tellDenied(err)
	return err
}

func (s *Stack) tellDenied(err error) {
	text := ""
	var denied *policy.Denied
	switch {
	case err == nil:
		return
	case errors.As(err, &denied):
		text = denied.Function + " may not " + denied.Action + " on " + denied.Resource +
			": its role in the template does not allow it"
	default:
		text = err.Error()
	}
	s.notice(text)
}

// notice reports something about the stack itself.
func (s *Stack) notice(text string) {
	s.reporter.report(Entry{Kind: KindNotice, At: s.options.Clock.Now(), Text: text})
}
