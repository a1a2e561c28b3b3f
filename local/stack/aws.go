package stack

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"

	"example.com/recall/local/answer"
	"example.com/recall/local/awsproxy"
	"example.com/recall/local/signature"
)

// awsDomain is the domain under which AWS has its services.
const awsDomain = "amazonaws.com"

// awsHosts are the names for which the local stack answers in place of AWS. They have the form of names in a
// certificate, where a star stands for one label.
func awsHosts(region string) []string {
	return []string{
		"*." + awsDomain, "*." + region + "." + awsDomain, "*.execute-api." + region + "." + awsDomain,
		"*.s3." + awsDomain, "*.s3." + region + "." + awsDomain,
	}
}

// serveServices serves the AWS services that the stack has. Each has an address of its own, and one further address
// serves all of them.
func (s *Stack) serveServices(context.Context) error {
	s.proxies = map[string]*awsproxy.Proxy{}
	s.services = map[string]http.Handler{
		"execute-api": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.gateway.ServeHTTP(w, r) }),
		"lambda":      http.HandlerFunc(s.invokeAllowed),
	}
	if s.dynamodb != nil {
		proxy, err := s.serveService("dynamodb", dynamoProxyPart, awsproxy.Options{
			Target: s.dynamodb.Endpoint(),
			Meter:  s.options.Meter,
		})
		if err != nil {
			return err
		}
		if s.options.Faults.Any() {
			proxy.SetHook(s.options.Faults.Hook())
		}
	}
	if s.queues != nil {
		if _, err := s.serveService("sqs", queueProxyPart, awsproxy.Options{Target: s.queues.Endpoint()}); err != nil {
			return err
		}
	}
	if s.objects != nil {
		if _, err := s.serveService("s3", objectsPart, awsproxy.Options{
			Service: http.HandlerFunc(s.serveObjects), Read: readObjectCall,
		}); err != nil {
			return err
		}
	}
	if _, err := s.serveService("events", eventsPart, awsproxy.Options{Service: s.events}); err != nil {
		return err
	}
	if _, err := s.serveService("secretsmanager", secretsPart, awsproxy.Options{Service: s.secrets}); err != nil {
		return err
	}
	s.serve(eitherListener{s.network.listeners[awsPart], s.tls}, http.HandlerFunc(s.serveAWS))
	protocols := []string{"http/1.1"}
	if s.options.TLS == TLSWithHTTP2 {
		protocols = []string{"h2", "http/1.1"}
	}
	s.servePart(connectionsPart, s.services["execute-api"], protocols...)
	return nil
}

// serveService serves one service and checks each call against the role of its caller. name is the name of the
// service in signatures.
func (s *Stack) serveService(name string, at part, options awsproxy.Options) (*awsproxy.Proxy, error) {
	proxy, err := s.proxy(options)
	if err != nil {
		return nil, err
	}
	s.services[name], s.proxies[name] = proxy, proxy
	s.servePart(at, proxy, "http/1.1")
	return proxy, nil
}

// serveAWS answers in place of AWS. The SDKs of the functions reach it by AWS_ENDPOINT_URL. SDKs that do not know
// that variable, and code that contains an address of AWS, reach it by HTTPS_PROXY.
func (s *Stack) serveAWS(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodConnect {
		s.tunnel(w, r)
		return
	}
	signed, _ := signature.Read(r) // an unsigned call is refused below, or by the service
	if service := s.services[signed.Service]; service != nil && !bucketAsHost(r.Host) {
		service.ServeHTTP(w, r)
		return
	}
	s.refuseService(w, r)
}

// tunnel connects a function with a host outside. For the addresses of AWS it connects it with serveAWS instead (RFC
// 9110, section 9.3.6).
func (s *Stack) tunnel(w http.ResponseWriter, r *http.Request) {
	address := r.Host
	if host, _, err := net.SplitHostPort(address); err == nil && strings.HasSuffix(host, "."+awsDomain) {
		address = s.network.host(awsPart)
	}
	var dialer net.Dialer
	outside, err := dialer.DialContext(r.Context(), "tcp", address)
	if err != nil {
		http.Error(w, "the host cannot be reached", http.StatusBadGateway)
		return
	}
	defer outside.Close()
	inside, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, "the connection cannot be taken over", http.StatusInternalServerError)
		return
	}
	defer inside.Close()
	if _, err := io.WriteString(inside, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		return
	}
	go func() {
		// When one side has ended, the other side ends too.
		_, _ = io.Copy(outside, inside)
		_ = errors.Join(outside.Close(), inside.Close())
	}()
	_, _ = io.Copy(inside, outside)
}

// invokeAllowed serves the Lambda API to callers whose role lets them invoke the function.
func (s *Stack) invokeAllowed(w http.ResponseWriter, r *http.Request) {
	signed, err := signature.Read(r)
	name, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, invokePath), "/")
	if function, found := s.template.Function(name); found && err == nil && s.rights != nil {
		if err := s.rights.Invocation(signed.AccessKey, function.ARN); err != nil {
			refusal := s.refusal(err)
			answer.Error(w, http.StatusForbidden, refusal.Name, refusal.Message)
			return
		}
	}
	s.lambda.InvokeAPI().ServeHTTP(w, r)
}

// invokePath is the path at which the Lambda API invokes functions.
const invokePath = "/2015-03-31/functions/"

// maximumOtherBody is how much is read of a call that is refused anyway.
const maximumOtherBody = 16 << 20

// refuseService refuses every call of an AWS service that the stack does not have, so that no such call reaches AWS.
func (s *Stack) refuseService(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(http.MaxBytesReader(w, r.Body, maximumOtherBody)) // a body that is too large is refused as well
	signed, _ := s.keys.Verify(r, body)                                     // every caller is refused
	service := signed.Service
	if service == "" {
		service = serviceAt(r.Host)
	}
	caller := signed.AccessKey
	if caller == "" {
		caller = "somebody"
	}
	const code = "NotImplemented"
	message := "the local stack has no " + service + ", and lets no call of it through to AWS"
	if s.services[service] != nil {
		message = "the local stack knows a bucket only in the path of an address, as in AWS_ENDPOINT_URL_S3/bucket/key"
	}
	s.notice(caller + " calls " + service + ": " + message)
	type failure struct{ Code, Message string }
	w.Header().Set("X-Amzn-Errortype", code)
	switch {
	case signed.Service == "s3":
		answer.ObjectError(w, http.StatusNotImplemented, code, message)
	case strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded"):
		answerXML(w, struct {
			XMLName xml.Name `xml:"ErrorResponse"`
			Error   failure
		}{Error: failure{code, message}})
	default:
		answer.Error(w, http.StatusNotImplemented, code, message)
	}
}

// bucketAsHost reports whether a host of AWS is that of one bucket. The local S3 knows its buckets by the path only.
func bucketAsHost(host string) bool {
	name, found := strings.CutSuffix(host, "."+awsDomain)
	return found && strings.Contains(name, ".s3.") || strings.HasSuffix(name, ".s3")
}

// serviceAt is the service that an address of AWS belongs to. It is the last label of the host name that is not a
// region (AWS General Reference, "AWS service endpoints").
func serviceAt(host string) string {
	name, found := strings.CutSuffix(host, "."+awsDomain)
	if !found {
		return "service of AWS for a call that is not signed"
	}
	labels := strings.Split(name, ".")
	if len(labels) > 1 && strings.Count(labels[len(labels)-1], "-") >= 2 {
		labels = labels[:len(labels)-1]
	}
	return labels[len(labels)-1]
}

func answerXML(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(http.StatusNotImplemented)
	// If the caller has left, nobody needs the answer.
	_ = xml.NewEncoder(w).Encode(body)
}
