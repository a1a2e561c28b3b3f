package conformance_test

import (
	"bufio"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/recall/protocol/conformance"
)

const toldToBeADriver = "RECALL_TEST_DRIVER"

// TestMain lets this program also be the driver of these tests. The value of the variable is its capabilities.
func TestMain(m *testing.M) {
	if capabilities, ok := os.LookupEnv(toldToBeADriver); ok {
		beADriver(strings.Fields(capabilities))
		return
	}
	os.Exit(m.Run())
}

// beADriver answers commands that are not those of a client: they show what the steps of the runner do.
func beADriver(capabilities []string) {
	output := json.NewEncoder(os.Stdout)
	folder := os.Getenv("RECALL_STORAGE")
	starts := filepath.Join(folder, "starts")
	if folder != "" {
		before, _ := os.ReadFile(starts) // At the first start there is none.
		_ = os.WriteFile(starts, append(before, '+'), 0o600)
	}
	for input := bufio.NewScanner(os.Stdin); input.Scan(); {
		var command struct{ Do, Call, URL, Text, Header string }
		if json.Unmarshal(input.Bytes(), &command) != nil || command.Do == "quit" {
			return
		}
		result := map[string]any{"event": "result", "call": command.Call, "ok": true}
		switch command.Do {
		case "capabilities":
			if len(capabilities) > 0 && capabilities[0] == "-persistence" {
				result["lacks"] = map[string]string{"persistence": "it has no disk"}
			} else if len(capabilities) > 0 {
				result["capabilities"] = capabilities
			} else {
				result["ok"], result["code"] = false, 6017
			}
		case "login":
			result["ok"] = reaches(command.URL)
		case "write":
			result["ok"] = os.WriteFile(filepath.Join(folder, "file"), []byte(command.Text), 0o600) == nil
		case "starts":
			data, _ := os.ReadFile(starts) // Without a folder there is no file, and the number is 0.
			result["folder"], result["starts"] = folder != "", len(data)
		case "put":
			go put(command.URL, command.Header, command.Text)
		case "say":
			_ = output.Encode(map[string]any{"event": "said", "text": command.Text}) // See below.
		case "half a line":
			_, _ = os.Stdout.WriteString(`{"event":`) // The runner kills this process next.
			continue
		}
		_ = output.Encode(result) // If the runner has ended, there is nobody to tell.
	}
}

// put makes an upload. What is wrong with it, the runner must see.
func put(address, header, body string) {
	request, err := http.NewRequest(http.MethodPut, address, strings.NewReader(body))
	if err != nil {
		return
	}
	if header != "" {
		request.Header.Set(header, "a value")
	}
	if response, err := http.DefaultClient.Do(request); err == nil {
		_ = response.Body.Close()
	}
}

// reaches reports whether a server leaves a connection open long enough to answer a request.
func reaches(address string) bool {
	parsed, err := url.Parse(address)
	if err != nil {
		return false
	}
	connection, err := net.Dial("tcp", parsed.Host)
	if err != nil {
		return false
	}
	defer connection.Close()
	_, _ = connection.Write([]byte("GET nothing HTTP/1.1\r\n\r\n")) // A connection that was cut fails below.
	read, _ := connection.Read(make([]byte, 1))
	return read == 1
}

func asDriver(t *testing.T, capabilities string) []string {
	t.Helper()
	t.Setenv(toldToBeADriver, capabilities)
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return []string{program}
}

// play runs the steps, given as JSON, against the driver of these tests.
func play(t *testing.T, needs string, steps ...string) error {
	t.Helper()
	text := `{"name": "test", "needs": [` + needs + `], "steps": [` + strings.Join(steps, ",") + `]}`
	scenario, err := conformance.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return conformance.Runner{Driver: asDriver(t, ""), Deadline: 10 * time.Second}.Run(t.Context(), scenario)
}

const persistence = `"persistence"`

func TestAKilledDriverIsStartedAgainWithTheSameFolder(t *testing.T) {
	err := play(t, persistence,
		`{"do": {"do": "starts"}}`, `{"result": {"ok": true, "folder": true, "starts": 1}}`,
		`{"do": {"do": "half a line"}}`, `{"kill": true}`, `{"start": true}`,
		`{"do": {"do": "starts"}}`, `{"result": {"ok": true, "folder": true, "starts": 2}}`, `{"kill": true}`)
	if err != nil {
		t.Error(err)
	}
}

func TestAScenarioThatNeedsNoPersistenceGivesNoFolder(t *testing.T) {
	t.Setenv("RECALL_STORAGE", t.TempDir())
	if err := play(t, "", `{"do": {"do": "starts"}}`, `{"result": {"folder": false}}`); err != nil {
		t.Error(err)
	}
}

func TestACommandForADriverThatWasKilledFails(t *testing.T) {
	for _, step := range []string{`{"do": {"do": "starts"}}`, `{"kill": true}`} {
		if err := play(t, persistence, `{"kill": true}`, step); err == nil {
			t.Errorf("%s: there is no error", step)
		}
	}
	if err := play(t, persistence, `{"start": true}`); err == nil {
		t.Error("a driver was started twice")
	}
}

func TestTheFilesOfTheStorageAreReadForAText(t *testing.T) {
	write := `{"do": {"do": "write", "text": "a text in a file"}}`
	err := play(t, persistence, `{"storage": {"lacks": "text"}}`, write, `{"storage": {"has": "text in"}}`)
	if err != nil {
		t.Error(err)
	}
	if err := play(t, persistence, write, `{"result": {"ok": true}}`, `{"storage": {"lacks": "text in"}}`); err == nil {
		t.Error("a text that is in a file was not found")
	}
	if err := play(t, persistence, write, `{"storage": {"has": "another"}}`); err == nil {
		t.Error("a text that is in no file was found")
	}
}

func TestAServerWithoutNetworkCannotBeReached(t *testing.T) {
	err := play(t, "",
		`{"do": {"do": "login"}}`, `{"result": {"ok": true}}`,
		`{"network": false}`, `{"do": {"do": "login"}}`, `{"result": {"ok": false}}`,
		`{"network": true}`, `{"do": {"do": "login"}}`, `{"result": {"ok": true}}`)
	if err != nil {
		t.Error(err)
	}
}

func TestADriverSaysWhatItsClientCanDo(t *testing.T) {
	scenario := conformance.Scenario{Needs: []string{conformance.Persistence}}
	for _, told := range []struct {
		capabilities, missing, reason string
		silent                        bool
	}{
		{capabilities: "persistence"},
		{capabilities: "-persistence", missing: "persistence", reason: "it has no disk"},
		{capabilities: "batches", missing: "persistence", silent: true},
		{capabilities: "", missing: "persistence", silent: true},
	} {
		client, err := conformance.Ask(t.Context(), asDriver(t, told.capabilities), time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		missing, reason, err := scenario.Missing(client)
		if missing != told.missing || reason != told.reason || (err != nil) != told.silent {
			t.Errorf("a driver with %q: missing %q, reason %q, error %v", told.capabilities, missing, reason, err)
		}
	}
}

func TestLinesThatComeOutOfOrderFail(t *testing.T) {
	say := func(text string) string { return `{"do": {"do": "say", "text": "` + text + `"}}` }
	inOrder := func(first, second string) string {
		return `{"expectInOrder": [{"event": "said", "text": "` + first + `"}, {"event": "said", "text": "` + second + `"}]}`
	}
	if err := play(t, "", say("a"), say("another"), say("b"), inOrder("a", "b")); err != nil {
		t.Error(err)
	}
	repeated := `{"expectInOrder": [{"event": "said", "text": "${index}"}], "times": 2}`
	if err := play(t, "", say("0"), say("1"), repeated); err != nil {
		t.Error(err)
	}
	for _, second := range []string{"a", "c"} {
		err := play(t, "", say("b"), say("a"), inOrder(second, "b"))
		if err == nil || !strings.Contains(err.Error(), "out of order") {
			t.Errorf("%s before b: error %v", second, err)
		}
	}
	if err := play(t, "", say("1"), say("0"), repeated); err == nil {
		t.Error("a repeated list that came in another order was accepted")
	}
}

func TestAnUploadMustBeExactlyAsItsStepSays(t *testing.T) {
	upload := func(path, header, body string) string {
		return `{"do": {"do": "put", "url": "${objects}` + path + `", "header": "` + header + `", "text": "` + body + `"}}`
	}
	step := `{"object": {"method": "PUT", "path": "a?s=1", "headers": {"x-signed": "a value"}, "body": "bytes"}}`
	if err := play(t, "", upload("a?s=1", "x-signed", "bytes"), step); err != nil {
		t.Error(err)
	}
	for name, wrong := range map[string]string{
		"another path": upload("b", "x-signed", "bytes"), "no query": upload("a", "x-signed", "bytes"),
		"no signed header": upload("a?s=1", "", "bytes"), "other bytes": upload("a?s=1", "x-signed", "byte"),
	} {
		if err := play(t, "", wrong, step); err == nil {
			t.Errorf("an upload with %s was accepted", name)
		}
	}
	unsigned := `{"object": {"method": "PUT", "path": "a", "body": "bytes"}}`
	if err := play(t, "", upload("a", "Authorization", "bytes"), unsigned); err == nil {
		t.Error("an upload with a header that the server did not give was accepted")
	}
	if err := play(t, "", unsigned); err == nil {
		t.Error("an upload that did not come was accepted")
	}
}
