package emulators

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"example.com/recall/local/gatewayrules"
)

// emulator is one that can be started.
type emulator struct {
	name  string
	start func(ctx context.Context, withDefault bool) (*running, error)
}

func (o Options) emulators() []emulator {
	return []emulator{
		{"local stack", o.startOurs}, {"serverless-offline", o.startServerless}, {"MiniStack", o.startMiniStack},
	}
}

// running is an emulator that runs.
type running struct {
	target  gatewayrules.Target
	process int
	ended   chan struct{}
	log     *os.File
	stop    func()
}

// output is the end of what it printed.
func (r *running) output() string {
	printed, _ := os.ReadFile(r.log.Name()) // without it, there is nothing to tell
	return string(printed[max(0, len(printed)-2000):])
}

// stopPatience is how long an emulator may take to end.
const stopPatience = 20 * time.Second

func run(command *exec.Cmd) (*running, error) {
	log, err := os.CreateTemp("", "recall-bench-*.log")
	if err != nil {
		return nil, err
	}
	command.Stdout, command.Stderr = log, log
	input, err := command.StdinPipe() // open for as long as it is to run
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", command.Path, err)
	}
	r := &running{process: command.Process.Pid, ended: make(chan struct{}), log: log}
	go func() {
		_ = command.Wait() // that it has ended is all that counts
		close(r.ended)
	}()
	r.stop = func() {
		_ = input.Close()
		_ = command.Process.Signal(os.Interrupt)
		select {
		case <-r.ended:
		case <-time.After(stopPatience):
			_ = command.Process.Kill()
			<-r.ended
		}
		_ = errors.Join(log.Close(), os.Remove(log.Name()))
	}
	return r, nil
}

func (o Options) startOurs(ctx context.Context, withDefault bool) (*running, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	arguments := []string{"bench", "stack", strconv.Itoa(port)}
	if withDefault {
		arguments = append(arguments, "--default-route")
	}
	command := exec.CommandContext(ctx, o.Program, arguments...) // #nosec G204 -- this program
	command.Dir = filepath.Dir(filepath.Dir(o.Rules))
	r, err := run(command)
	if err == nil {
		at := fmt.Sprintf("127.0.0.1:%d/rules", port)
		r.target = gatewayrules.Target{URL: "ws://" + at, ManagementURL: "http://" + at}
	}
	return r, err
}

func (o Options) startServerless(ctx context.Context, withDefault bool) (*running, error) {
	ports := make([]string, 3)
	for n := range ports {
		port, err := freePort()
		if err != nil {
			return nil, err
		}
		ports[n] = strconv.Itoa(port)
	}
	configuration := "serverless.yml"
	if withDefault {
		configuration = "serverless-default.yml"
	}
	// Without --localEnvironment the function would not see PROBE_MANAGEMENT.
	command := exec.CommandContext(ctx, "node", "node_modules/serverless/bin/serverless.js", "offline", "start",
		"--config", configuration, "--localEnvironment", "--host", "127.0.0.1",
		"--httpPort", ports[0], "--lambdaPort", ports[1], "--websocketPort", ports[2]) // #nosec G204 -- free ports
	command.Dir = o.Serverless
	at := "127.0.0.1:" + ports[2]
	command.Env = append(os.Environ(),
		"SLS_TELEMETRY_DISABLED=1", "SLS_NOTIFICATIONS_MODE=off", "SLS_INTERACTIVE_SETUP_ENABLE=0",
		"PROBE_MANAGEMENT=http://"+at, "AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test")
	r, err := run(command)
	if err == nil {
		r.target = gatewayrules.Target{URL: "ws://" + at, ManagementURL: "http://" + at}
	}
	return r, err
}

func (o Options) startMiniStack(ctx context.Context, withDefault bool) (*running, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	base := fmt.Sprintf("127.0.0.1:%d", port)
	program := filepath.Join(o.MiniStack, "bin", "ministack")
	command := exec.CommandContext(ctx, program) // #nosec G204 -- the folder that is given
	command.Env = append(os.Environ(), "BIND_HOST=127.0.0.1", "GATEWAY_PORT="+strconv.Itoa(port))
	r, err := run(command)
	if err != nil {
		return nil, err
	}
	id, err := o.deploy(ctx, r, "http://"+base, withDefault)
	if err != nil {
		output := r.output()
		r.stop()
		return nil, fmt.Errorf("deploy to MiniStack: %w\n%s", err, output)
	}
	at := base + "/_aws/execute-api/" + id + "/rules"
	r.target = gatewayrules.Target{URL: "ws://" + at, ManagementURL: "http://" + at}
	return r, nil
}

// deploy has CloudFormation make a stack of the template, whose code it carries, and gives the API's ID.
func (o Options) deploy(ctx context.Context, r *running, address string, withDefault bool) (string, error) {
	template, err := os.ReadFile(filepath.Join(o.Rules, "template.yaml"))
	if err != nil {
		return "", err
	}
	code, err := os.ReadFile(filepath.Join(o.Rules, "probe", "index.js"))
	if err != nil {
		return "", err
	}
	quoted, err := json.Marshal(string(code))
	if err != nil {
		return "", err
	}
	body := bytes.ReplaceAll(template, []byte("Code: probe/"), []byte("Code: {ZipFile: "+string(quoted)+"}"))
	// Its CloudFormation does not know route responses, which its API makes.
	body = routeResponses.ReplaceAll(body, nil)
	form := url.Values{
		"Action": {"CreateStack"}, "Version": {"2010-05-15"}, "StackName": {"rules"}, "TemplateBody": {string(body)},
		"Capabilities.member.1":              {"CAPABILITY_IAM"},
		"Parameters.member.1.ParameterKey":   {"DefaultRoute"},
		"Parameters.member.1.ParameterValue": {map[bool]string{true: "yes", false: "no"}[withDefault]},
		"Parameters.member.2.ParameterKey":   {"ConnectionsBase"},
		"Parameters.member.2.ParameterValue": {address + "/_aws/execute-api"},
	}
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	for created := false; ; {
		answer, err := query(ctx, address, form)
		var described struct {
			Outputs []struct {
				Key   string `xml:"OutputKey"`
				Value string `xml:"OutputValue"`
			} `xml:"DescribeStacksResult>Stacks>member>Outputs>member"`
			Status string `xml:"DescribeStacksResult>Stacks>member>StackStatus"`
		}
		switch {
		case err == nil && !created:
			created = true
			form = url.Values{"Action": {"DescribeStacks"}, "Version": {"2010-05-15"}, "StackName": {"rules"}}
		case err == nil:
			if err := xml.Unmarshal(answer, &described); err != nil {
				return "", err
			}
			for _, output := range described.Outputs {
				if id, _, found := strings.Cut(strings.TrimPrefix(output.Value, "wss://"), ".execute-api."); found {
					return id, addRouteResponses(ctx, address, id)
				}
			}
			if strings.Contains(described.Status, "FAILED") || strings.Contains(described.Status, "ROLLBACK") {
				return "", fmt.Errorf("the stack is %s: %s", described.Status, answer)
			}
		case errors.As(err, new(refused)):
			return "", err
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-r.ended:
			return "", errors.New("it has ended")
		case <-ctx.Done():
			return "", errors.Join(err, ctx.Err())
		}
	}
}

// routeResponses are the resources of that type in template.yaml, each to the next one.
var routeResponses = regexp.MustCompile(
	`(?m)^  \w+:(?: \{|\n    )Type: AWS::ApiGatewayV2::RouteResponse.*(?:\n    .*)*\n`)

// addRouteResponses gives each route that selects a response one.
func addRouteResponses(ctx context.Context, address, id string) error {
	var routes struct {
		Items []struct{ RouteID, RouteResponseSelectionExpression string }
	}
	listed, err := request(ctx, http.MethodGet, address+"/v2/apis/"+id+"/routes", "application/json", "")
	if err != nil {
		return err
	}
	if err := json.Unmarshal(listed, &routes); err != nil {
		return err
	}
	for _, route := range routes.Items {
		if route.RouteResponseSelectionExpression == "" {
			continue
		}
		path := address + "/v2/apis/" + id + "/routes/" + route.RouteID + "/routeresponses"
		if _, err := request(ctx, http.MethodPost, path, "application/json", `{"routeResponseKey":"$default"}`); err != nil {
			return err
		}
	}
	return nil
}

// refused is an answer that is no success.
type refused struct{ text string }

func (r refused) Error() string { return r.text }

// query calls an API of AWS by its Query protocol.
func query(ctx context.Context, address string, form url.Values) ([]byte, error) {
	return request(ctx, http.MethodPost, address, "application/x-www-form-urlencoded", form.Encode())
}

func request(ctx context.Context, method, address, kind, content string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(content))
	if err != nil {
		return nil, err
	}
	service := map[bool]string{true: "apigateway", false: "cloudformation"}[kind == "application/json"]
	request.Header.Set("Content-Type", kind)
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/"+service+
		"/aws4_request, SignedHeaders=host, Signature=0")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err == nil && answer.StatusCode >= 300 {
		err = refused{fmt.Sprintf("%s: %s", answer.Status, body)}
	}
	return body, err
}
