package websocket_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi/types"
	"github.com/aws/smithy-go"
	coder "github.com/coder/websocket"

	"example.com/recall/local/eventually"
	"example.com/recall/local/signature"
	"example.com/recall/local/websocket"
)

// management is AWS's own client of the @connections API for one stage.
func (s *stack) management(stage string) *apigatewaymanagementapi.Client {
	return apigatewaymanagementapi.New(apigatewaymanagementapi.Options{
		BaseEndpoint:     aws.String("http://" + s.address + "/" + stage),
		Region:           testRegion,
		RetryMaxAttempts: 1,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
		}),
	})
}

func (s *stack) post(id string, data []byte) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_, err := s.management(testStage).PostToConnection(ctx, &apigatewaymanagementapi.PostToConnectionInput{
		ConnectionId: &id,
		Data:         data,
	})
	return err
}

func (s *stack) delete(id string) error {
	_, err := s.management(testStage).DeleteConnection(context.Background(),
		&apigatewaymanagementapi.DeleteConnectionInput{ConnectionId: &id})
	return err
}

// reachable connects a client and waits until others can post to it.
func (s *stack) reachable() *peer {
	s.t.Helper()
	before := s.gateway.Connections()
	p := s.connect()
	s.waitForConnections(before + 1)
	return p
}

func wantError[T error](t *testing.T, err error) {
	t.Helper()
	var want T
	if !errors.As(err, &want) {
		t.Errorf("error is %v, want %T", err, want)
	}
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != code {
		t.Errorf("error is %v, want code %s", err, code)
	}
}

const absentConnection = "BFaT_fALIAMCKug="

// After the 101 the client may act before the gateway's own goroutine goes on, and others may react to what the
// client did.
func TestAPostRightBehindThe101Arrives(t *testing.T) {
	asked := make(chan struct{})
	s := start(t, func(o *websocket.Options) {
		o.Observer = websocket.ObserverFunc(func(r websocket.Record) {
			if r.Kind == websocket.KindHandshake { // after the 101
				<-asked
			}
		})
	}, nil)
	var once sync.Once
	s.gateway.Faults().Add(websocket.PostFault{Draw: func() time.Duration { once.Do(func() { close(asked) }); return 0 }})
	p := s.connect()
	if err := s.post(p.id, []byte("early")); err != nil {
		t.Fatalf("the post: %v", err)
	}
	if got := p.receive(); got != "early" {
		t.Errorf("the client got %q", got)
	}
}

func TestAPostArrivesAsOneTextMessage(t *testing.T) {
	s := start(t, nil, nil)
	p := s.reachable()
	for why, text := range map[string]string{
		"short": "hello", "empty": "", "not ASCII": "grüße 😀", "the largest": strings.Repeat("x", 128<<10),
	} {
		if err := s.post(p.id, []byte(text)); err != nil {
			t.Fatalf("%s: %v", why, err)
		}
		if got := p.receive(); got != text {
			t.Errorf("%s: received %d bytes, want %d", why, len(got), len(text))
		}
	}
}

// A client would have to close the connection on a text frame that is not UTF-8 (RFC 6455, section 8.1). The mistake
// would show far from its cause.
func TestAPostThatIsNotUTF8IsABadRequestUnlessASwitchReplacesWhatIsWrong(t *testing.T) {
	s := start(t, nil, nil)
	p := s.reachable()
	wantCode(t, s.post(p.id, []byte("a\xffb")), "BadRequestException")
	if err := s.post(p.id, []byte("next")); err != nil || p.receive() != "next" {
		t.Errorf("the next post did not arrive as the next message: %v", err)
	}
	replacing := start(t, func(o *websocket.Options) { o.Switches.ReplaceInvalidText = true }, nil)
	p = replacing.reachable()
	if err := replacing.post(p.id, []byte("a\xffb")); err != nil || p.receive() != "a\ufffdb" {
		t.Errorf("with the switch: %v", err)
	}
}

func TestAPostOver128KBIsTooLarge(t *testing.T) {
	s := start(t, nil, nil)
	p := s.reachable()
	err := s.post(p.id, make([]byte, 128<<10+1))
	var tooLarge *types.PayloadTooLargeException
	if !errors.As(err, &tooLarge) || tooLarge.ErrorMessage() == "" {
		t.Errorf("error is %v", err)
	}
}

func TestAConnectionThatIsNotThereIsGone(t *testing.T) {
	s := start(t, nil, nil)
	ctx, management, id := context.Background(), s.management(testStage), aws.String(absentConnection)
	wantError[*types.GoneException](t, s.post(absentConnection, []byte("x")))
	wantError[*types.GoneException](t, s.delete(absentConnection))
	_, err := management.GetConnection(ctx, &apigatewaymanagementapi.GetConnectionInput{ConnectionId: id})
	wantError[*types.GoneException](t, err)

	p := s.reachable()
	_ = p.conn.Close(coder.StatusNormalClosure, "")
	s.waitForConnections(0)
	wantError[*types.GoneException](t, s.post(p.id, []byte("x")))
}

func TestAMalformedConnectionIDIsABadRequest(t *testing.T) {
	s := start(t, nil, nil)
	for _, id := range []string{
		"x", "BFaT_fALIAMCKug", "BFaT_fALIAMCKug==", "BFaT fALIAMCKug=", "f47ac10b-58cc-4372-a567-0e02b2c3d479",
		"BFaT/fALIAMCKug=", "../BFaT_fALIAMC=",
	} {
		wantCode(t, s.post(id, []byte("x")), "BadRequestException")
	}
}

func TestAnotherStageOrAnUnsignedRequestIsForbidden(t *testing.T) {
	s := start(t, nil, nil)
	p := s.reachable()
	_, err := s.management("prod").PostToConnection(context.Background(), &apigatewaymanagementapi.PostToConnectionInput{
		ConnectionId: &p.id,
		Data:         []byte("x"),
	})
	wantError[*types.ForbiddenException](t, err)
	path := "http://" + s.address + "/local/@connections/" + p.id
	for why, header := range map[string]http.Header{
		"unsigned":        {},
		"another scheme":  {"Authorization": {"Bearer x"}, "X-Amz-Date": {"20261124T000000Z"}},
		"no date":         {"Authorization": {signedFor("execute-api")}},
		"another service": {"Authorization": {signedFor("lambda")}, "X-Amz-Date": {"20261124T000000Z"}},
	} {
		request, _ := http.NewRequest(http.MethodPost, path, strings.NewReader("x"))
		request.Header = header
		if status, errorType := s.do(request); status != 403 || errorType != "ForbiddenException" {
			t.Errorf("%s: answered with %d %s", why, status, errorType)
		}
	}
	request, _ := http.NewRequest(http.MethodPut, path, nil)
	request.Header = http.Header{"Authorization": {signedFor("execute-api")}, "X-Amz-Date": {"20261124T000000Z"}}
	if status, _ := s.do(request); status != 403 {
		t.Errorf("PUT answered with %d", status)
	}
}

func signedFor(service string) string {
	return "AWS4-HMAC-SHA256 Credential=local/20261124/eu-central-1/" + service + "/aws4_request, " +
		"SignedHeaders=host;x-amz-date, Signature=" + strings.Repeat("0a", 32)
}

func (s *stack) do(request *http.Request) (status int, errorType string) {
	s.t.Helper()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	return response.StatusCode, response.Header.Get("x-amzn-ErrorType")
}

func TestThePathIsMatchedDecoded(t *testing.T) {
	s := start(t, func(o *websocket.Options) { o.Switches.UnsignedManagement = true }, nil)
	p := s.reachable()
	escaped := strings.ReplaceAll(p.id, "=", "%3D")
	for _, path := range []string{
		"/local/@connections/" + p.id, "/local/%40connections/" + escaped, "/%6cocal/@connections/" + escaped,
	} {
		request, _ := http.NewRequest(http.MethodPost, "http://"+s.address+path, strings.NewReader("hello"))
		if status, _ := s.do(request); status != 200 {
			t.Errorf("%s answered with %d", path, status)
		}
		p.receive()
	}
}

func TestAConnectionDescribesItself(t *testing.T) {
	clock := newManualClock()
	s := start(t, func(o *websocket.Options) {
		o.Clock, o.LifetimeClock = clock, clock
	}, map[string]function{"echo": echo})
	conn, _, err := s.dial(s.url(), http.Header{"User-Agent": {"Phone/1.0"}})
	if err != nil {
		t.Fatal(err)
	}
	p := &peer{t: t, conn: conn, id: contextOf(t, s.functions.waitForCalls(t, "connect", 1)[0])["connectionId"].(string)}
	s.waitForConnections(1)
	connectedAt := clock.Now()
	clock.advance(90 * time.Second)
	p.send(`{"action":"echo"}`)
	p.receive()
	got, err := s.management(testStage).GetConnection(context.Background(), &apigatewaymanagementapi.GetConnectionInput{
		ConnectionId: &p.id,
	})
	if err != nil {
		t.Fatal(err)
	}
	if !got.ConnectedAt.Equal(connectedAt) || !got.LastActiveAt.Equal(connectedAt.Add(90*time.Second)) {
		t.Errorf("connectedAt %v, lastActiveAt %v, want %v and 90 s later", got.ConnectedAt, got.LastActiveAt, connectedAt)
	}
	if *got.Identity.SourceIp != "127.0.0.1" || *got.Identity.UserAgent != "Phone/1.0" {
		t.Errorf("identity is %v %v", *got.Identity.SourceIp, *got.Identity.UserAgent)
	}
	_ = conn.CloseNow()
}

func TestDeleteClosesTheConnectionAndRunsDisconnect(t *testing.T) {
	s := start(t, nil, nil)
	p := s.reachable()
	if err := s.delete(p.id); err != nil {
		t.Fatal(err)
	}
	wantError[*types.GoneException](t, s.post(p.id, []byte("x")))
	wantError[*types.GoneException](t, s.delete(p.id))
	p.wantClose(coder.StatusNormalClosure, "")
	context := contextOf(t, s.functions.waitForCalls(t, "disconnect", 1)[0])
	if context["disconnectStatusCode"] != 1000.0 || context["connectionId"] != p.id {
		t.Errorf("$disconnect has %v", context)
	}
}

func TestASwitchChangesTheCodeWithWhichDeleteClosesTheConnection(t *testing.T) {
	s := start(t, func(o *websocket.Options) { o.Switches.DeleteCloseCode = 1001 }, nil)
	p := s.reachable()
	if err := s.delete(p.id); err != nil {
		t.Fatal(err)
	}
	p.wantClose(coder.StatusGoingAway, "")
}

func TestDeleteAnswers204(t *testing.T) {
	s := start(t, func(o *websocket.Options) { o.Switches.UnsignedManagement = true }, nil)
	p := s.reachable()
	request, _ := http.NewRequest(http.MethodDelete, "http://"+s.address+"/local/@connections/"+p.id, nil)
	if status, _ := s.do(request); status != http.StatusNoContent {
		t.Errorf("answered with %d, want 204", status)
	}
	p.wantClose(coder.StatusNormalClosure, "")
}

func TestDisconnectCanBeLost(t *testing.T) {
	for why, change := range map[string]func(*websocket.Options){
		"after DELETE, by switch": func(o *websocket.Options) { o.Switches.NoDisconnectAfterDelete = true },
		"always, by switch":       func(o *websocket.Options) { o.Switches.DropDisconnect = 1 },
		"for want of a route":     func(o *websocket.Options) { delete(o.API.Routes, "$disconnect") },
	} {
		t.Run(why, func(t *testing.T) {
			s := start(t, change, nil)
			p := s.reachable()
			if err := s.delete(p.id); err != nil {
				t.Fatal(err)
			}
			p.wantClose(coder.StatusNormalClosure, "")
			eventually.True(t, "the close is recorded", func() bool { return len(s.records.of(websocket.KindClose)) == 1 })
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			if err := s.gateway.Close(ctx); err != nil { // Close waits for invocations
				t.Fatal(err)
			}
			if len(s.functions.calls("disconnect")) != 0 {
				t.Error("$disconnect was called")
			}
		})
	}
}

func TestAConnectionCannotBePostedToBeforeItsHandshakeIsDone(t *testing.T) {
	var s *stack
	during := make(chan error, 1)
	s = start(t, nil, map[string]function{"connect": func(_ context.Context, event []byte) (any, error) {
		during <- s.post(contextOf(t, event)["connectionId"].(string), []byte("x"))
		return map[string]any{"statusCode": 200}, nil
	}})
	p := s.reachable()
	wantError[*types.GoneException](t, <-during)
	if err := s.post(p.id, []byte("now")); err != nil {
		t.Fatal(err)
	}
	if got := p.receive(); got != "now" {
		t.Errorf("received %q", got)
	}
}

func TestASignatureIsVerifiedWhereTheSecretIsKnown(t *testing.T) {
	for secret, code := range map[string]string{"local": "", "another": "ForbiddenException"} {
		s := start(t, func(o *websocket.Options) { o.Keys = signature.Keyring{"local": secret} }, nil)
		p := s.reachable()
		err := s.post(p.id, []byte("x")) // signed by local with the secret local
		if code != "" {
			wantCode(t, err, code)
		} else if err != nil || p.receive() != "x" {
			t.Errorf("with the right secret: %v", err)
		}
	}
}

// IAM is asked before API Gateway looks at the connection ID. So a caller without the right learns nothing about
// connections.
func TestACallThatIsNotAllowedIsForbiddenWhateverItsConnectionID(t *testing.T) {
	s := start(t, func(o *websocket.Options) {
		o.AuthorizeManagement = func(string, string, string) error { return errors.New("not authorized") }
	}, nil)
	wantCode(t, s.post("malformed", []byte("x")), "ForbiddenException")
}

func TestACallWhoseSignerMayNotMakeItGets403AndDoesNothing(t *testing.T) {
	var asked []string
	s := start(t, func(o *websocket.Options) {
		o.AuthorizeManagement = func(accessKey, method, connectionID string) error {
			asked = append(asked, accessKey+" "+method+" "+connectionID)
			if method == http.MethodPost {
				return nil
			}
			return errors.New("User: x is not authorized to perform: execute-api:ManageConnections")
		}
	}, nil)
	p := s.reachable()
	wantCode(t, s.delete(p.id), "ForbiddenException")
	if err := s.post(p.id, []byte("still here")); err != nil {
		t.Fatal(err)
	}
	if got := p.receive(); got != "still here" {
		t.Errorf("received %q", got)
	}
	if want := []string{"local DELETE " + p.id, "local POST " + p.id}; !slices.Equal(asked, want) {
		t.Errorf("asked %v, want %v", asked, want)
	}
}
