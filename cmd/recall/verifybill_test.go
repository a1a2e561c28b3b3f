package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/recall/local/verified"
)

// costExplorer says who asks, and what was billed.
func costExplorer(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("X-Amz-Target") == "" {
		_, _ = w.Write([]byte(`<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account>
			</GetCallerIdentityResult></GetCallerIdentityResponse>`))
		return
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	_, _ = w.Write([]byte(`{"ResultsByTime": [{"Groups": [{"Keys": ["AWS Lambda", "EUC1-Request-ARM"], "Metrics": {
		"UnblendedCost": {"Amount": "0.002", "Unit": "USD"},
		"UsageQuantity": {"Amount": "9000", "Unit": "Requests"}}}]}]}`))
}

func TestTheBillOfARunIsWrittenButThatOfAnAccountIsNot(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(costExplorer))
	t.Cleanup(server.Close)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": server.URL, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
	} {
		t.Setenv(name, value)
	}
	project := t.TempDir()
	for _, folder := range []string{"docs", "performance/baseline"} {
		if err := os.MkdirAll(filepath.Join(project, folder), 0o750); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(project, "performance/baseline/template.yaml"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	run := verified.NewSnapshot("eu-central-1", "2026-11-26")
	run.Run = "recall-verify-1a2b3c4d"
	for _, s := range []verified.Snapshot{verified.NewSnapshot(verified.LocalRegion, ""), run} {
		if _, err := s.Write(filepath.Join(project, "verify")); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(project)
	result := filepath.Join("verify", run.File())
	document := filepath.Join("docs", "verified.md")
	if err := (verifyBillCommand{Result: result, Account: true}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s, err := verified.Read(result); err != nil || len(s.Measures) > 0 {
		t.Errorf("the bill of the account is in the result: %v, %v", s.Measures, err)
	}
	if _, err := os.Stat(document); err == nil {
		t.Error("the document was written for the bill of the account")
	}
	for range 2 { // the second time replaces the first
		if err := (verifyBillCommand{Result: result}).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	s, err := verified.Read(result)
	if err != nil || len(s.Measures) != 2 {
		t.Errorf("the result has %v, %v", s.Measures, err)
	}
	content, err := os.ReadFile(document)
	const line = "| AWS Lambda, Request-ARM: 9000 Requests | 0.002 $ | 0.0018 $ |"
	if err != nil || !strings.Contains(string(content), line) {
		t.Errorf("the document has no bill: %v, %s", err, content)
	}
}
