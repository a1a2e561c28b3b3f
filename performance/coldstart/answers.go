package coldstart

import (
	"bytes"
	"context"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"example.com/recall/performance/measure"
	"example.com/recall/performance/rig"
)

// eventMessage is the messageId in revoke.json, which stands for one that was just sent.
const eventMessage = "01KAWGX0000000000000000000"

// measureAnswers runs the functions against DynamoDB Local and the local @connections, both behind TLS as AWS's are.
func measureAnswers(ctx context.Context, programs string, options Options, report *Report) error {
	stand, err := rig.Start(ctx, rig.Options{Project: options.Project, Progress: options.Progress, Programs: programs})
	if err != nil {
		return err
	}
	defer stand.Close()
	dynamodb, err := front(stand.Addresses().DynamoDB)
	if err != nil {
		return err
	}
	defer dynamodb.Close()
	management, err := front(strings.TrimSuffix(stand.Addresses().Management, "/"+stand.Template().API.Stage))
	if err != nil {
		return err
	}
	defer management.Close()
	authorities := filepath.Join(programs, "authorities.pem")
	certificates := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: dynamodb.Certificate().Raw})
	if err := os.WriteFile(authorities, certificates, 0o600); err != nil {
		return err
	}
	environment := map[string]string{
		"AWS_ENDPOINT_URL_DYNAMODB": dynamodb.URL, "AWS_ENDPOINT_URL_SQS": nowhere, "CHUNKS_QUEUE_URL": nowhere,
		"MANAGEMENT_ENDPOINT": management.URL + "/" + stand.Template().API.Stage, "SSL_CERT_FILE": authorities,
		"TOKEN_SECRET": "only-for-this-machine-0123456789abcdef",
	}
	for _, table := range stand.Template().Tables {
		environment[map[string]string{
			"MessagesTable":    "MESSAGES_TABLE",
			"ConnectionsTable": "CONNECTIONS_TABLE",
		}[table.LogicalID]] = table.Name
	}
	answers := answers{options: options, report: report, environment: environment, programs: programs}
	return answers.measure(ctx)
}

// front is a TLS server before a local service. All of them have one certificate.
func front(target string) (*httptest.Server, error) {
	address, err := url.Parse(target)
	if err != nil {
		return nil, err
	}
	proxy := &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(address) },
		Transport: &http.Transport{MaxIdleConnsPerHost: 64},
	}
	return httptest.NewTLSServer(proxy), nil
}

type answers struct {
	options     Options
	report      *Report
	environment map[string]string
	programs    string
}

func (a answers) measure(ctx context.Context) error {
	events := map[string][]byte{bare: []byte("{}")}
	names := []string{bare}
	for _, function := range functionNames {
		event, err := os.ReadFile(filepath.Join(a.options.Project, "events", function.event))
		if err != nil {
			return err
		}
		events[function.name], names = event, append(names, function.name)
	}
	running, err := newService(a.programs, a.environment, names...)
	if err != nil {
		return err
	}
	defer running.Close()
	a.options.Progress(fmt.Sprintf("a first and a second answer of each, %d times", a.options.Rounds))
	warmed, first, second := make([][]time.Duration, len(names)), make([][]time.Duration, len(names)),
		make([][]time.Duration, len(names))
	for range a.options.Rounds {
		for n, name := range names {
			// What a recall takes back is sent before, by a function that is not measured.
			both := [2][]byte{events[name], events[name]}
			if name == "RevokeFunction" {
				for i := range both {
					if both[i], err = sent(ctx, running, events["SendFunction"], both[i]); err != nil {
						return err
					}
				}
			}
			initialization, answer, err := running.start(ctx, name, both[0])
			if err != nil {
				return err
			}
			_, again, err := running.start(ctx, name, both[1])
			if err != nil {
				return err
			}
			warmed[n], first[n], second[n] = append(warmed[n], initialization), append(first[n], answer),
				append(second[n], again)
			if err := running.end(ctx, name); err != nil {
				return err
			}
		}
	}
	for n := range a.report.Measurements {
		m := &a.report.Measurements[n]
		m.Warmed, m.Answer, m.Again = measure.Summarize(warmed[n]), measure.Summarize(first[n]), measure.Summarize(second[n])
	}
	return nil
}

// sent sends a message and puts its ID into the event of its recall.
func sent(ctx context.Context, running *service, send, revoke []byte) ([]byte, error) {
	result, err := running.Invoke(ctx, "SendFunction", send)
	if err != nil {
		return nil, err
	}
	if _, err := running.report(ctx); err != nil {
		return nil, err
	}
	id, err := messageOf(result.Payload)
	if err != nil {
		return nil, err
	}
	return bytes.ReplaceAll(revoke, []byte(eventMessage), []byte(id)), running.end(ctx, "SendFunction")
}
