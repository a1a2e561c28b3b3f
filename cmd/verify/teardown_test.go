package verify

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	gatewaytypes "github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"example.com/recall/local/verified"
)

// asCommand makes the test program run AWS as the command line does, with the options in this variable.
const asCommand = "VERIFY_AS_COMMAND"

func TestMain(m *testing.M) {
	if given := os.Getenv(asCommand); given != "" {
		os.Exit(command(given))
	}
	os.Exit(m.Run())
}

// command is `recall verify`. It prints each answer, and the result as JSON at the end.
func command(given string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var options Options
	if err := json.Unmarshal([]byte(given), &options); err != nil {
		panic(err)
	}
	options.Input, options.Output = os.Stdin, os.Stderr
	options.Answered = func(rule verified.Rule, answer verified.Answer) error {
		fmt.Fprintf(os.Stderr, "%s %s %s\n", answer.Outcome, rule.ID, answer.Text)
		return nil
	}
	found, err := AWS(ctx, options)
	if err != nil {
		fmt.Fprintln(os.Stderr, "recall:", err)
		return 1
	}
	_ = json.NewEncoder(os.Stdout).Encode(found)
	return 0
}

const (
	region  = "eu-central-1"
	project = "../.."
)

// cloud is a simulation of AWS, with what it lacks in a proxy before it.
type cloud struct {
	t        *testing.T
	address  string
	folder   string // of the project of the run
	account  *Account
	outputs  map[string]map[string]string
	invoked  string   // the local stack's Lambda endpoint
	settings string   // Lambda's answer to GetAccountSettings
	refused  []string // the names of the calls that fail
	called   []string // the calls that change a function or a role
	mutex    sync.Mutex
}

// patience is so long that a busy machine does not matter.
const patience = 2 * time.Minute

func newCloud(t *testing.T) *cloud {
	t.Helper()
	bin, err := filepath.Abs(filepath.Join(project, ".tools", "sam", "bin"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(bin, "moto_server")); err != nil {
		t.Fatalf("moto is missing (%v); run: scripts/require.sh sam", err)
	}
	c := &cloud{t: t, folder: t.TempDir(), settings: `{"AccountLimit": {"ConcurrentExecutions": 10}}`}
	c.outputs = map[string]map[string]string{"product": {}, "rules": {}, "rules-default": {}}
	moto := c.startMoto(filepath.Join(bin, "moto_server"))
	proxy := httptest.NewServer(c.before(moto))
	t.Cleanup(proxy.Close)
	c.address = proxy.URL
	fake, err := filepath.Abs("testdata/fake_sam.py")
	if err != nil {
		t.Fatal(err)
	}
	script := fmt.Sprintf("#!/bin/sh\nexec %s %s \"$@\"\n", filepath.Join(bin, "python"), fake)
	// #nosec G306 -- it must be executable
	if err := os.WriteFile(filepath.Join(c.folder, "sam"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, value := range c.environment() {
		t.Setenv(name, value)
	}
	if c.account, err = Open(t.Context(), region); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *cloud) environment() map[string]string {
	return map[string]string{
		"AWS_ENDPOINT_URL": c.address, "AWS_ENDPOINT_URL_LAMBDA": c.address, "AWS_ACCESS_KEY_ID": "test",
		"AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": region, "AWS_DEFAULT_REGION": region, "AWS_CONFIG_FILE": "/dev/null",
		"AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "PATH": c.folder + ":" + os.Getenv("PATH"),
	}
}

func (c *cloud) startMoto(program string) *url.URL {
	c.t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		c.t.Fatal(err)
	}
	at := listener.Addr().String()
	_ = listener.Close() // its port is free now
	_, port, _ := strings.Cut(at, ":")
	server := exec.Command(program, "-H", "127.0.0.1", "-p", port) // #nosec G204 -- moto
	var log bytes.Buffer
	server.Stdout, server.Stderr = &log, &log
	if err := server.Start(); err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		answer, err := http.Get("http://" + at + "/moto-api/")
		if err == nil {
			_ = answer.Body.Close()
			return &url.URL{Scheme: "http", Host: at}
		}
		if time.Now().After(deadline) {
			c.t.Fatalf("moto does not start: %s", log.String())
		}
	}
}

// before answers what moto does not know, and refuses what is to be refused.
func (c *cloud) before(moto *url.URL) http.Handler {
	forward := &httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) {
		p.SetURL(moto)
		p.Out.Host = p.In.Host
	}}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.mutex.Lock()
		invoked, settings, refused := c.invoked, c.settings, c.refused
		c.mutex.Unlock()
		for _, each := range refused {
			if strings.HasSuffix(r.Header.Get("X-Amz-Target"), "."+each) {
				http.Error(w, `{"__type": "AccessDeniedException", "message": "you may not"}`, http.StatusForbidden)
				return
			}
		}
		c.record(r)
		switch {
		case strings.HasSuffix(r.URL.Path, "/account-settings"):
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(settings))
		case strings.HasSuffix(r.URL.Path, "/invocations") && invoked != "":
			at, _ := url.Parse(invoked)
			(&httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) { p.SetURL(at) }}).ServeHTTP(w, r)
		default:
			forward.ServeHTTP(w, r)
		}
	})
}

// record keeps the calls that change a function or a policy of a role, with what they change.
func (c *cloud) record(r *http.Request) {
	isForm := strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
	isChange := r.Method == http.MethodPut && strings.HasPrefix(r.URL.Path, "/2015-03-31/functions/")
	if !isForm && !isChange {
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // moto will say so
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if isChange {
		c.called = append(c.called, string(body))
	} else if form, err := url.ParseQuery(string(body)); err == nil && form.Get("Action") == "PutRolePolicy" {
		c.called = append(c.called, fmt.Sprintf("posts allowed: %t",
			strings.Contains(form.Get("PolicyDocument"), "ManageConnections")))
	}
}

// hasLogRole gives API Gateway a role for logs, which must stay.
func (c *cloud) hasLogRole(arn string) {
	c.t.Helper()
	if _, err := c.account.gateway.UpdateAccount(c.t.Context(), &apigateway.UpdateAccountInput{
		PatchOperations: []gatewaytypes.PatchOperation{
			{Op: gatewaytypes.OpReplace, Path: aws.String("/cloudwatchRoleArn"), Value: aws.String(arn)},
		},
	}); err != nil {
		c.t.Fatal(err)
	}
}

// run starts the command. waits is the step of sam at which it stops.
func (c *cloud) run(options Options, waits string) (running *exec.Cmd, said *bytes.Buffer) {
	c.t.Helper()
	options.Project = c.folder
	given, err := json.Marshal(struct {
		Project, Region, Stack   string
		Yes, Keep, Resume, Smoke bool
		Secret                   string
		Settle                   time.Duration
	}{
		c.folder, region, options.Stack, options.Yes, options.Keep, options.Resume, options.Smoke, options.Secret,
		time.Nanosecond,
	})
	if err != nil {
		c.t.Fatal(err)
	}
	outputs, err := json.Marshal(c.outputs)
	if err != nil {
		c.t.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		c.t.Fatal(err)
	}
	running = exec.Command(program) // #nosec G204 -- this program
	running.Env = append(os.Environ(), asCommand+"="+string(given), "FAKE_SAM="+string(outputs), "FAKE_SAM_WAITS="+waits,
		"FAKE_SAM_REACHED="+c.reached())
	said = &bytes.Buffer{}
	running.Stderr = said
	return running, said
}

func (c *cloud) reached() string { return filepath.Join(c.folder, "reached") }

// left says what is there of a run.
func (c *cloud) left() []string {
	c.t.Helper()
	var found []string
	add := func(kind string, names ...string) {
		for _, name := range names {
			found = append(found, kind+" "+name)
		}
	}
	ctx := c.t.Context()
	stacks, err := c.account.stacks.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{})
	c.must(err)
	for _, stack := range stacks.Stacks {
		if name := aws.ToString(stack.StackName); name != samStack && stack.StackStatus != "DELETE_COMPLETE" {
			add("stack", name)
		}
	}
	tables, err := c.account.tables.ListTables(ctx, &dynamodb.ListTablesInput{})
	c.must(err)
	add("table", tables.TableNames...)
	groups, err := c.account.logs.DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{})
	c.must(err)
	for _, group := range groups.LogGroups {
		add("log group", aws.ToString(group.LogGroupName))
	}
	roles, err := c.account.roles.ListRoles(ctx, &iam.ListRolesInput{})
	c.must(err)
	for _, role := range roles.Roles {
		add("role", aws.ToString(role.RoleName))
	}
	gateway, err := c.account.gateway.GetAccount(ctx, nil)
	c.must(err)
	if arn := aws.ToString(gateway.CloudwatchRoleArn); arn != "" {
		add("API Gateway's role", arn)
	}
	if bucket, err := c.account.samBucket(ctx); err == nil && bucket != "" {
		versions, err := c.account.buckets.ListObjectVersions(ctx, &s3.ListObjectVersionsInput{Bucket: aws.String(bucket)})
		c.must(err)
		for _, version := range versions.Versions {
			if !strings.HasPrefix(aws.ToString(version.Key), "another-project/") {
				add("upload", aws.ToString(version.Key))
			}
		}
	}
	files, err := filepath.Glob(filepath.Join(runFolder(c.folder), "*"))
	c.must(err)
	add("file", files...)
	return found
}

func (c *cloud) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// await waits until something is true.
func (c *cloud) await(what string, said fmt.Stringer, is func() bool) {
	c.t.Helper()
	for deadline := time.Now().Add(patience); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			c.t.Fatalf("%s does not happen; the command says: %s", what, said)
		}
	}
}

// silent gives all stacks an address that takes connections and never answers. reached tells that somebody has
// connected.
func (c *cloud) silent() (reached chan struct{}) {
	t := c.t
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "ws://" + listener.Addr().String() + "/stage"
	for _, environment := range []string{"product", "rules", "rules-default"} {
		c.outputs[environment] = map[string]string{"Address": address, "WebSocketUrl": address}
	}
	reached = make(chan struct{}, 1)
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = connection.Close() })
			select {
			case reached <- struct{}{}:
			default:
			}
		}
	}()
	t.Cleanup(func() { _ = listener.Close() })
	return reached
}

func TestWhateverStepIsInterruptedNothingIsLeft(t *testing.T) {
	steps := []string{"build"}
	for _, environment := range []string{"product", "rules", "rules-default"} {
		steps = append(steps, environment+":before", environment+":after")
	}
	c := newCloud(t)
	for _, step := range append(steps, "asking") {
		t.Run(step, func(t *testing.T) {
			c.t = t
			_ = os.Remove(c.reached())
			asked := c.silent()
			running, said := c.run(Options{Yes: true}, step)
			c.must(running.Start())
			var signal os.Signal = syscall.SIGTERM
			if step == "asking" {
				signal = os.Interrupt
				<-asked
			} else {
				c.await("the step", said, func() bool { _, err := os.Stat(c.reached()); return err == nil })
			}
			c.must(running.Process.Signal(signal))
			if err := running.Wait(); err == nil {
				t.Errorf("a run that was interrupted ends well: %s", said)
			}
			if left := c.left(); len(left) > 0 {
				t.Errorf("there is still %q; the command says: %s", left, said)
			}
		})
	}
}

func TestARunThatWasKilledIsTakenDownWithResume(t *testing.T) {
	c := newCloud(t)
	for _, step := range []string{"build", "product:before", "product:after", "rules:after", "rules-default:after"} {
		t.Run(step, func(t *testing.T) {
			c.t = t
			_ = os.Remove(c.reached())
			asked := c.silent()
			killed, said := c.run(Options{Yes: true}, step)
			killed.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			c.must(killed.Start())
			c.await("the step", said, func() bool { _, err := os.Stat(c.reached()); return err == nil })
			c.must(syscall.Kill(-killed.Process.Pid, syscall.SIGKILL))
			_ = killed.Wait() // it was killed
			if len(c.left()) == 0 {
				t.Fatal("the run that was killed has left nothing, not even its file")
			}
			resumed, said := c.run(Options{Resume: true}, "")
			c.must(resumed.Start())
			<-asked
			c.must(resumed.Process.Signal(os.Interrupt))
			_ = resumed.Wait() // it was interrupted
			if left := c.left(); len(left) > 0 {
				t.Errorf("there is still %q; the command says: %s", left, said)
			}
		})
	}
}

func TestWhatCannotBeRemovedIsSaidAndAnotherTryRemovesIt(t *testing.T) {
	c := newCloud(t)
	asked := c.silent()
	refuse := func(calls ...string) {
		c.mutex.Lock()
		defer c.mutex.Unlock()
		c.refused = calls
	}
	refuse("DeleteTable", "DeleteLogGroup")
	running, said := c.run(Options{Yes: true}, "")
	c.must(running.Start())
	<-asked
	c.must(running.Process.Signal(os.Interrupt))
	if err := running.Wait(); err == nil {
		t.Error("it ends well")
	}
	for _, part := range []string{
		"NOT REMOVED: the table ", "NOT REMOVED: the log group /aws/lambda/", "you may not",
		"try again with: recall verify --resume --stack recall-verify-",
	} {
		if !strings.Contains(said.String(), part) {
			t.Errorf("it does not say %q, but: %s", part, said)
		}
	}
	refuse()
	for len(asked) > 0 {
		<-asked
	}
	again, said := c.run(Options{Resume: true}, "")
	c.must(again.Start())
	<-asked
	c.must(again.Process.Signal(os.Interrupt))
	_ = again.Wait() // it was interrupted
	if left := c.left(); len(left) > 0 {
		t.Errorf("there is still %q; the command says: %s", left, said)
	}
}

func TestWithoutAYesNothingIsMade(t *testing.T) {
	c := newCloud(t)
	for _, answer := range []string{"", "no\n", "y\n"} {
		running, said := c.run(Options{}, "")
		running.Stdin = strings.NewReader(answer)
		if err := running.Run(); err == nil || !strings.Contains(said.String(), "the answer was not yes") {
			t.Errorf("the answer is %q, and it says %s", answer, said)
		}
		for _, part := range []string{
			"account                     123456789012", "region                      eu-central-1",
			"environments        10, as in a new account", "it has none. The run creates one", "well below $1",
			"about 40 minutes", "Go on? Write yes",
		} {
			if !strings.Contains(said.String(), part) {
				t.Errorf("it does not say %q, but: %s", part, said)
			}
		}
	}
	if left := c.left(); len(left) > 0 {
		t.Errorf("there is %q", left)
	}
}

func TestTheRoleThatAPIGatewayHasForLogsStays(t *testing.T) {
	c := newCloud(t)
	const role = "arn:aws:iam::123456789012:role/of-another-project"
	c.hasLogRole(role)
	asked := c.silent()
	running, said := c.run(Options{Yes: true}, "")
	c.must(running.Start())
	<-asked
	c.must(running.Process.Signal(os.Interrupt))
	_ = running.Wait() // it was interrupted
	if left := c.left(); len(left) != 1 || left[0] != "API Gateway's role "+role {
		t.Errorf("there is %q; the command says: %s", left, said)
	}
	if !strings.Contains(said.String(), "it has one, which stays as it is") {
		t.Errorf("it says %s", said)
	}
}

func TestAQuotaThatCannotBeReadIsSaid(t *testing.T) {
	var said bytes.Buffer
	Preflight{Account: "1", Region: region, HasLogRole: true}.Print(&said, true)
	for _, part := range []string{"environments        could not be read", "about three hours"} {
		if !strings.Contains(said.String(), part) {
			t.Errorf("it does not say %q, but: %s", part, said.String())
		}
	}
}
