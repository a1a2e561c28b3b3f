package websocket

import (
	"bytes"
	"encoding/json"
	"time"
)

// event is what a function gets. It has the form of events that were captured in 2024: a field that does not apply is
// absent, and not null.
type event struct {
	Type                            string              `json:"type,omitempty"`
	MethodARN                       string              `json:"methodArn,omitempty"`
	Headers                         map[string]string   `json:"headers,omitempty"`
	MultiValueHeaders               map[string][]string `json:"multiValueHeaders,omitempty"`
	QueryStringParameters           map[string]string   `json:"queryStringParameters,omitzero"`
	MultiValueQueryStringParameters map[string][]string `json:"multiValueQueryStringParameters,omitzero"`
	StageVariables                  map[string]string   `json:"stageVariables,omitzero"`
	RequestContext                  requestContext      `json:"requestContext"`
	Body                            *string             `json:"body,omitempty"`
	IsBase64Encoded                 *bool               `json:"isBase64Encoded,omitempty"`
}

type requestContext struct {
	RouteKey             string         `json:"routeKey"`
	Authorizer           map[string]any `json:"authorizer,omitempty"`
	MessageID            string         `json:"messageId,omitempty"`
	DisconnectStatusCode *int           `json:"disconnectStatusCode,omitempty"`
	EventType            string         `json:"eventType"`
	ExtendedRequestID    string         `json:"extendedRequestId"`
	RequestTime          string         `json:"requestTime"`
	MessageDirection     string         `json:"messageDirection"`
	DisconnectReason     *string        `json:"disconnectReason,omitempty"`
	Stage                string         `json:"stage"`
	ConnectedAt          int64          `json:"connectedAt"`
	RequestTimeEpoch     int64          `json:"requestTimeEpoch"`
	Identity             identity       `json:"identity"`
	RequestID            string         `json:"requestId"`
	DomainName           string         `json:"domainName"`
	ConnectionID         string         `json:"connectionId"`
	APIID                string         `json:"apiId"`
}

type identity struct {
	UserAgent string `json:"userAgent,omitempty"`
	SourceIP  string `json:"sourceIp"`
}

// client is what the handshake says about a client. All later events of the client need it.
type client struct {
	connectionID string
	connectedAt  time.Time
	host         string
	domainName   string
	identity     identity
	authorizer   map[string]any
}

func (g *Gateway) requestContext(c *client, routeKey, eventType, requestID string) requestContext {
	now := g.options.Clock.Now()
	return requestContext{
		RouteKey: routeKey, Authorizer: c.authorizer, EventType: eventType,
		ExtendedRequestID: requestID, RequestID: requestID,
		RequestTime: now.UTC().Format("02/Jan/2006:15:04:05 -0700"), RequestTimeEpoch: now.UnixMilli(),
		MessageDirection: "IN", Stage: g.options.API.Stage, ConnectedAt: c.connectedAt.UnixMilli(),
		Identity: c.identity, DomainName: c.domainName, ConnectionID: c.connectionID, APIID: g.options.API.ID,
	}
}

func (g *Gateway) stageVariables() map[string]string {
	if len(g.options.API.StageVariables) == 0 {
		return nil
	}
	return g.options.API.StageVariables
}

func (g *Gateway) connectEvent(c *client, requestID string, request handshakeRequest) []byte {
	notBase64 := false
	e := event{
		Headers: request.headers, MultiValueHeaders: request.multiValueHeaders,
		StageVariables: g.stageVariables(),
		RequestContext: g.requestContext(c, routeConnect, "CONNECT", requestID), IsBase64Encoded: &notBase64,
	}
	if len(request.query) > 0 {
		e.QueryStringParameters, e.MultiValueQueryStringParameters = lastValues(request.query), request.query
	}
	return encode(e)
}

// authorizerEvent returns the event for the authorizer. It differs from the connect event: it has the upgrade
// headers, and its empty maps are {}.
func (g *Gateway) authorizerEvent(c *client, requestID string, request handshakeRequest) []byte {
	variables := g.stageVariables()
	if variables == nil {
		variables = map[string]string{}
	}
	return encode(event{
		Type: "REQUEST", MethodARN: g.options.API.methodARN(),
		Headers: request.authorizerHeaders, MultiValueHeaders: request.authorizerMultiValueHeaders,
		QueryStringParameters: lastValues(request.query), MultiValueQueryStringParameters: request.query,
		StageVariables: variables, RequestContext: g.requestContext(c, routeConnect, "CONNECT", requestID),
	})
}

func (g *Gateway) messageEvent(c *client, routeKey, requestID string, body []byte) []byte {
	notBase64, text := false, string(body)
	context := g.requestContext(c, routeKey, "MESSAGE", requestID)
	context.MessageID = newIdentifier()
	return encode(event{
		RequestContext:  context,
		StageVariables:  g.stageVariables(),
		Body:            &text,
		IsBase64Encoded: &notBase64,
	})
}

func (g *Gateway) disconnectEvent(c *client, requestID string, code int, reason string) []byte {
	notBase64 := false
	context := g.requestContext(c, routeDisconnect, "DISCONNECT", requestID)
	context.DisconnectStatusCode, context.DisconnectReason = &code, &reason
	headers := map[string]string{"Host": c.host, "x-api-key": "", "X-Forwarded-For": "", "x-restapi": ""}
	multiValueHeaders := make(map[string][]string, len(headers))
	for name, value := range headers {
		multiValueHeaders[name] = []string{value}
	}
	return encode(event{
		Headers: headers, MultiValueHeaders: multiValueHeaders, StageVariables: g.stageVariables(),
		RequestContext: context, IsBase64Encoded: &notBase64,
	})
}

// encode writes an event without HTML escapes, since handlers in other languages log and compare the raw text.
func encode(e event) []byte {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	// An event holds only strings, numbers and JSON that was checked before. So encoding cannot fail.
	_ = encoder.Encode(e)
	return bytes.TrimSuffix(buffer.Bytes(), []byte("\n"))
}

func lastValues(values map[string][]string) map[string]string {
	last := make(map[string]string, len(values))
	for name, all := range values {
		if len(all) > 0 {
			last[name] = all[len(all)-1]
		}
	}
	return last
}

// serviceFrame is a frame that API Gateway itself sends. The spacing is that of captured frames: a space follows the
// first colon and each comma, and no space follows the other colons.
func serviceFrame(message, connectionID, requestID string) []byte {
	text, _ := json.Marshal(message)
	return []byte(`{"message": ` + string(text) +
		`, "connectionId":"` + connectionID + `", "requestId":"` + requestID + `"}`)
}
