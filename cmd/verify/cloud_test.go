package verify

import (
	"bytes"
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
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"example.com/recall/local/state"
	"example.com/recall/protocol/conformance"
)

// cloud is an account in a simulation of AWS, with a proxy before it that has what the simulation lacks.
type cloud struct {
	t       *testing.T
	number  string // of the account
	address string
	folder  string // of the project of the run
	account *Account
	outputs map[string]map[string]string

	mutex    sync.Mutex
	invoked  string          // the local stack's Lambda endpoint
	stream   state.Addresses // of the local stack with the stream
	settings string          // Lambda's answer to GetAccountSettings
	refused  []string        // the names of the calls that fail
	called   []string        // the calls that change a function or a role, or ask for costs
}

// patience is so long that a busy machine does not matter.
const patience = 2 * time.Minute

func newCloud(t *testing.T) *cloud {
	t.Helper()
	server := simulation.at(t)
	c := &cloud{
		t: t, number: fmt.Sprintf("%012d", 100_000_000_000+simulation.accounts.Add(1)), folder: t.TempDir(),
		settings: accountSettings(smallQuota),
		outputs:  map[string]map[string]string{"product": {}, "rules": {}, "rules-default": {}, "rules-stream": {}},
	}
	proxy := httptest.NewServer(c.before(server))
	t.Cleanup(proxy.Close)
	c.address = proxy.URL
	program, err := os.Executable()
	c.must(err)
	c.must(os.Symlink(program, filepath.Join(c.folder, "sam")))
	c.account, err = open(t.Context(), aws.Config{
		Region: region, BaseEndpoint: aws.String(c.address),
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	})
	c.must(err)
	return c
}

// accountSettings is Lambda's answer for an account that may have so many environments of functions.
func accountSettings(environments int) string {
	return fmt.Sprintf(`{"AccountLimit": {"ConcurrentExecutions": %d}}`, environments)
}

// environment is that of the command.
func (c *cloud) environment() []string {
	return []string{
		"AWS_ENDPOINT_URL=" + c.address, "AWS_ENDPOINT_URL_LAMBDA=" + c.address, "AWS_ACCESS_KEY_ID=test",
		"AWS_SECRET_ACCESS_KEY=test", "AWS_REGION=" + region, "AWS_DEFAULT_REGION=" + region, "AWS_CONFIG_FILE=/dev/null",
		"AWS_SHARED_CREDENTIALS_FILE=/dev/null", "PATH=" + c.folder + ":" + os.Getenv("PATH"),
	}
}

// before answers what the simulation does not know, and refuses what is to be refused.
func (c *cloud) before(server *url.URL) http.Handler {
	forward := &httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) {
		p.SetURL(server)
		p.Out.Host = p.In.Host
		p.Out.Header.Set("X-Moto-Account-Id", c.number)
	}}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.mutex.Lock()
		invoked, settings, refused, stream := c.invoked, c.settings, c.refused, c.stream
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
			pass(w, r, invoked)
		case strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".PutItem"):
			pass(w, r, stream.DynamoDB)
		case strings.HasPrefix(r.Header.Get("X-Amz-Target"), "AmazonSQS."):
			pass(w, r, stream.Queues)
		default:
			forward.ServeHTTP(w, r)
		}
	})
}

// pass lets a part of a local stack answer.
func pass(w http.ResponseWriter, r *http.Request, address string) {
	at, _ := url.Parse(address)
	(&httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) { p.SetURL(at) }}).ServeHTTP(w, r)
}

// record keeps the calls that change a function or a policy of a role, with what they change, and the questions about
// costs.
func (c *cloud) record(r *http.Request) {
	isForm := strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
	isChange := r.Method == http.MethodPut && strings.HasPrefix(r.URL.Path, "/2015-03-31/functions/")
	isCost := strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".GetCostAndUsage")
	if !isForm && !isChange && !isCost {
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the simulation will say so
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if isChange || isCost {
		c.called = append(c.called, string(body))
	} else if form, err := url.ParseQuery(string(body)); err == nil && form.Get("Action") == "PutRolePolicy" {
		c.called = append(c.called, fmt.Sprintf("posts allowed: %t",
			strings.Contains(form.Get("PolicyDocument"), "ManageConnections")))
	}
}

// refuse makes calls fail from now on.
func (c *cloud) refuse(calls ...string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.refused = calls
}

// run makes the command ready. waits is the step of sam at which it stops.
func (c *cloud) run(options Options, waits string) (running *exec.Cmd, said *bytes.Buffer) {
	c.t.Helper()
	given, err := json.Marshal(struct {
		Project, Region, Stack   string
		Yes, Keep, Resume, Smoke bool
		Secret                   string
		Clients                  []conformance.Participant
		Settle                   time.Duration
	}{
		c.folder, region, options.Stack, options.Yes, options.Keep, options.Resume, options.Smoke, options.Secret,
		options.Clients, time.Nanosecond,
	})
	c.must(err)
	sam, err := json.Marshal(fakeSAM{
		Outputs: c.outputs, WaitsAt: waits, Reached: c.reached(), Bucket: c.samBucket(),
	})
	c.must(err)
	program, err := os.Executable()
	c.must(err)
	running = exec.Command(program) // #nosec G204 -- this program
	running.Env = append(append(os.Environ(), c.environment()...), asCommand+"="+string(given), asSAM+"="+string(sam))
	said = &bytes.Buffer{}
	running.Stderr = said
	return running, said
}

func (c *cloud) samBucket() string { return "sam-bucket-of-" + c.number }

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
	buckets, err := c.account.buckets.ListBuckets(ctx, nil)
	c.must(err)
	for _, bucket := range buckets.Buckets {
		if name := aws.ToString(bucket.Name); name != c.samBucket() {
			add("bucket", name)
		}
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

// wantNothingLeft checks that nothing is there of a run, of which the command said something.
func (c *cloud) wantNothingLeft(said fmt.Stringer) {
	c.t.Helper()
	if left := c.left(); len(left) > 0 {
		c.t.Errorf("there is still %q; the command says: %s", left, said)
	}
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

// awaitStep waits until the step of sam is reached at which it stops.
func (c *cloud) awaitStep(said fmt.Stringer) {
	c.t.Helper()
	c.await("the step", said, func() bool { _, err := os.Stat(c.reached()); return err == nil })
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
	for _, environment := range []string{"product", "rules", "rules-default", "rules-stream"} {
		c.outputs[environment] = map[string]string{"Address": address, "WebSocketUrl": address, "MaximumAge": "2"}
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

// interruptWhileItAsks runs the command until it asks, and interrupts it. It returns how the command ended.
func (c *cloud) interruptWhileItAsks(command *exec.Cmd, said fmt.Stringer, asked <-chan struct{}) error {
	c.t.Helper()
	c.must(command.Start())
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	select {
	case <-asked:
	case err := <-ended:
		c.t.Fatalf("it ends before it asks: %v: %s", err, said)
	}
	c.must(command.Process.Signal(os.Interrupt))
	return <-ended
}
