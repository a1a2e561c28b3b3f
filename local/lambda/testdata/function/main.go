// Command function is a Lambda function for tests. Its event decides how it behaves.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

type event struct {
	Do    string
	Count int
	Text  string
}

func main() {
	switch os.Getenv("INIT") {
	case "exit":
		os.Exit(7)
	case "hang":
		select {}
	case "slow":
		time.Sleep(100 * time.Millisecond)
	case "process":
		fmt.Println("process", os.Getpid())
	case "fail":
		call(http.MethodPost, "init/error",
			`{"errorType":"Runtime.ImportModuleError","errorMessage":"No module named 'chat'","stackTrace":[]}`)
		os.Exit(1)
	case "deaf":
		serveOnceAndStopListening()
	}
	if os.Getenv("SIGTERM") != "" {
		lambda.StartWithOptions(handle, lambda.WithEnableSIGTERM(func() { fmt.Println("asked to end") }))
	}
	lambda.Start(handle)
}

func handle(ctx context.Context, e event) (any, error) {
	switch e.Do {
	case "error":
		return nil, errors.New("refused")
	case "refuse":
		return nil, errors.New("Unauthorized")
	case "panic":
		panic("broken")
	case "exit":
		os.Exit(3)
	case "hang":
		signal.Ignore(syscall.SIGTERM)
		select {}
	case "flood":
		for range e.Count {
			fmt.Println(strings.Repeat("x", 100))
		}
	case "fork":
		for range e.Count {
			child := exec.Command("/bin/sleep", "1000")
			child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
			if err := child.Start(); err != nil {
				return nil, err
			}
		}
		select {}
	case "big":
		return strings.Repeat("x", e.Count), nil
	case "environment":
		return os.Environ(), nil
	case "background":
		time.AfterFunc(time.Second, func() { fmt.Println("background") })
	case "context":
		deadline, _ := ctx.Deadline()
		found, _ := lambdacontext.FromContext(ctx)
		return map[string]any{
			"remaining": time.Until(deadline).Milliseconds(), "arn": found.InvokedFunctionArn, "requestID": found.AwsRequestID,
			"process": os.Getpid(),
		}, nil
	case "wait":
		fmt.Println("waiting")
		await(e.Text)
	case "linger":
		return lingering{strings.NewReader(fmt.Sprintf(`{"process":%d}`, os.Getpid())), e.Text}, nil
	case "print":
		fmt.Println(e.Text)
	}
	return json.RawMessage(fmt.Sprintf(`{"process":%d,"text":%q}`, os.Getpid(), e.Text)), nil
}

// call makes one call of the Runtime API.
func call(method, path, body string) *http.Response {
	address := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/" + path
	request, err := http.NewRequestWithContext(context.Background(), method, address, strings.NewReader(body))
	if err != nil {
		panic(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		panic(err)
	}
	return response
}

// serveOnceAndStopListening answers one invocation, asks for the next one, and breaks that request off.
func serveOnceAndStopListening() {
	first := call(http.MethodGet, "invocation/next", "")
	call(http.MethodPost, "invocation/"+first.Header.Get("Lambda-Runtime-Aws-Request-Id")+"/response", "{}")
	address, err := net.ResolveTCPAddr("tcp", os.Getenv("AWS_LAMBDA_RUNTIME_API"))
	if err != nil {
		panic(err)
	}
	connection, err := net.DialTCP("tcp", nil, address)
	if err != nil {
		panic(err)
	}
	fmt.Fprint(connection, "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n")
	_ = connection.CloseWrite() // the service reads the request and then notices that nobody waits for the answer
	select {}
}

// await waits until a file exists, so that a test decides when the function goes on.
func await(file string) {
	for {
		if _, err := os.Stat(file); err == nil {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// lingering is an answer after which the process is busy until a file exists.
type lingering struct {
	io.Reader
	file string
}

// Close is called once the answer is sent.
func (l lingering) Close() error {
	await(l.file)
	return nil
}

// MarshalJSON fails, so that the runtime reads and closes the answer instead.
func (lingering) MarshalJSON() ([]byte, error) { return nil, errors.ErrUnsupported }
