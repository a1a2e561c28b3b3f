package lambda

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"

	"example.com/recall/local/answer"
	"example.com/recall/local/signature"
)

// FunctionURL serves a function's URL (Lambda guide, "Invoking Lambda function URLs", payload format 2.0).
type FunctionURL struct {
	Service  *Service
	Function string
	// Signed is true for AuthType AWS_IAM. A request without a signature then gets 403.
	Signed    bool
	AccountID string
	ID        string // the first part of the URL's host on AWS
}

// ServeHTTP turns the request into an event, and the function's answer into the response.
func (u FunctionURL) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maximumPayload))
	if err != nil {
		answer.JSON(w, http.StatusRequestEntityTooLarge, map[string]string{"Message": "Request Entity Too Large"})
		return
	}
	signed, err := u.Service.options.Keys.Verify(r, body)
	if u.Signed && (err != nil || signed.Service != "lambda") {
		w.Header().Set("X-Amzn-Errortype", "AccessDeniedException")
		answer.JSON(w, http.StatusForbidden, map[string]string{"Message": "Forbidden"})
		return
	}
	event, err := json.Marshal(u.event(r, body, signed))
	if err != nil {
		answer.JSON(w, http.StatusInternalServerError, map[string]string{"Message": "Internal Server Error"})
		return
	}
	result, err := u.Service.Invoke(r.Context(), u.Function, event)
	switch {
	case errors.Is(err, ErrThrottled):
		answer.JSON(w, http.StatusTooManyRequests, map[string]string{"Message": "Rate Exceeded."})
	case err != nil || result.FunctionError != "":
		answer.JSON(w, http.StatusBadGateway, map[string]string{"Message": "Internal Server Error"})
	default:
		writeAnswer(w, result.Payload)
	}
}

// urlEvent is the event of payload format 2.0.
type urlEvent struct {
	Version               string            `json:"version"`
	RouteKey              string            `json:"routeKey"`
	RawPath               string            `json:"rawPath"`
	RawQueryString        string            `json:"rawQueryString"`
	Cookies               []string          `json:"cookies,omitempty"`
	Headers               map[string]string `json:"headers"`
	QueryStringParameters map[string]string `json:"queryStringParameters,omitempty"`
	RequestContext        urlContext        `json:"requestContext"`
	Body                  string            `json:"body,omitempty"`
	IsBase64Encoded       bool              `json:"isBase64Encoded"`
}

type urlContext struct {
	AccountID    string                    `json:"accountId"`
	APIID        string                    `json:"apiId"`
	Authorizer   map[string]map[string]any `json:"authorizer,omitempty"`
	DomainName   string                    `json:"domainName"`
	DomainPrefix string                    `json:"domainPrefix"`
	HTTP         urlHTTP                   `json:"http"`
	RequestID    string                    `json:"requestId"`
	RouteKey     string                    `json:"routeKey"`
	Stage        string                    `json:"stage"`
	Time         string                    `json:"time"`
	TimeEpoch    int64                     `json:"timeEpoch"`
}

type urlHTTP struct {
	Method    string `json:"method"`
	Path      string `json:"path"`
	Protocol  string `json:"protocol"`
	SourceIP  string `json:"sourceIp"`
	UserAgent string `json:"userAgent"`
}

func (u FunctionURL) event(r *http.Request, body []byte, signed signature.Signature) urlEvent {
	now := u.Service.options.Now().UTC()
	address, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		address = r.RemoteAddr
	}
	event := urlEvent{
		Version: "2.0", RouteKey: "$default", RawPath: r.URL.EscapedPath(), RawQueryString: r.URL.RawQuery,
		Headers: map[string]string{"host": r.Host}, QueryStringParameters: joined(r.URL.Query()),
		RequestContext: urlContext{
			AccountID: "anonymous", APIID: u.ID, DomainName: r.Host, DomainPrefix: u.ID, RequestID: requestID(),
			HTTP: urlHTTP{
				Method:    r.Method,
				Path:      r.URL.Path,
				Protocol:  r.Proto,
				SourceIP:  address,
				UserAgent: r.UserAgent(),
			},
			RouteKey: "$default", Stage: "$default", Time: now.Format("02/Jan/2006:15:04:05 +0000"), TimeEpoch: now.UnixMilli(),
		},
	}
	for name, values := range r.Header {
		if name == "Cookie" {
			for _, value := range values {
				event.Cookies = append(event.Cookies, strings.Split(value, "; ")...)
			}
			continue
		}
		event.Headers[strings.ToLower(name)] = strings.Join(values, ",")
	}
	if u.Signed {
		event.RequestContext.AccountID = u.AccountID
		event.RequestContext.Authorizer = map[string]map[string]any{"iam": {
			"accessKey":       signed.AccessKey,
			"accountId":       u.AccountID,
			"callerId":        signed.AccessKey,
			"cognitoIdentity": nil,
			"principalOrgId":  nil,
			"userArn":         "arn:aws:iam::" + u.AccountID + ":user/" + signed.AccessKey,
			"userId":          signed.AccessKey,
		}}
	}
	event.Body, event.IsBase64Encoded = string(body), false
	if len(body) > 0 && !isText(r.Header.Get("Content-Type")) {
		event.Body, event.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
	}
	return event
}

func joined(query url.Values) map[string]string {
	if len(query) == 0 {
		return nil
	}
	result := map[string]string{}
	for key, values := range query {
		result[key] = strings.Join(values, ",")
	}
	return result
}

// isText reports whether a body of this type is passed on as it is. All other bodies are passed on in base64.
func isText(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return false
	}
	switch kind {
	case "application/json", "application/javascript", "application/xml":
		return true
	default:
		return strings.HasPrefix(kind, "text/") || strings.HasSuffix(kind, "+json") || strings.HasSuffix(kind, "+xml")
	}
}

// writeAnswer writes a function's answer. An object with statusCode is a response; anything else is the body, in
// JSON.
func writeAnswer(w http.ResponseWriter, payload []byte) {
	var returned struct {
		StatusCode      *int              `json:"statusCode"`
		Headers         map[string]string `json:"headers"`
		Cookies         []string          `json:"cookies"`
		Body            string            `json:"body"`
		IsBase64Encoded bool              `json:"isBase64Encoded"`
	}
	w.Header().Set("Content-Type", "application/json")
	if json.Unmarshal(payload, &returned) != nil || returned.StatusCode == nil {
		_, _ = w.Write(payload)
		return
	}
	body := []byte(returned.Body)
	if returned.IsBase64Encoded {
		decoded, err := base64.StdEncoding.DecodeString(returned.Body)
		if err != nil {
			answer.JSON(w, http.StatusBadGateway, map[string]string{"Message": "Internal Server Error"})
			return
		}
		body = decoded
	}
	status := *returned.StatusCode
	if status < 200 || status > 599 {
		answer.JSON(w, http.StatusBadGateway, map[string]string{"Message": "Internal Server Error"})
		return
	}
	for name, value := range returned.Headers {
		w.Header().Set(name, value)
	}
	for _, cookie := range returned.Cookies {
		w.Header().Add("Set-Cookie", cookie)
	}
	w.WriteHeader(status)
	// If the caller has left, nobody needs the answer.
	_, _ = w.Write(body)
}
