package websocket_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"example.com/recall/local/websocket"
)

// A switch that no test uses may do nothing. A switch that the README does not name cannot be found.
func TestEverySwitchStandsInATestAndInTheReadme(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	var tests strings.Builder
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		tests.Write(source)
	}
	switches := reflect.TypeFor[websocket.Switches]()
	for i := range switches.NumField() {
		name := switches.Field(i).Name
		if !strings.Contains(tests.String(), "Switches."+name) {
			t.Errorf("no test sets Switches.%s", name)
		}
		if !strings.Contains(string(readme), "`"+name+"`") {
			t.Errorf("README.md does not name the switch %s", name)
		}
	}
}
