package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const root = "../.."

func theList(t *testing.T) list {
	t.Helper()
	l, err := read(root)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestTheTestsAndTablesFollowFromTheList(t *testing.T) {
	files, err := written(root, theList(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 6 {
		t.Errorf("%d files are written, and not a test and a README for each of 3 platforms", len(files))
	}
	for path, want := range files {
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("%s is not what follows from clients/v2tim/members.json (%v); run go run ./clients/v2tim", path, err)
		}
	}
}

func TestEachStateHasItsReason(t *testing.T) {
	sentence := regexp.MustCompile(`^[A-Z` + "`" + `].*\.$`)
	check := func(what string, s state) {
		switch s.State {
		case "works":
			if s.Reason != "" {
				t.Errorf("%s works, and has the reason %q", what, s.Reason)
			}
		case "differs", "absent":
			if !sentence.MatchString(s.Reason) {
				t.Errorf("%s %s, and the reason is no sentence: %q", what, s.State, s.Reason)
			}
		default:
			t.Errorf("%s has the state %q", what, s.State)
		}
	}
	l := theList(t)
	for _, p := range platforms() {
		if l.Sources[p.name] == "" {
			t.Errorf("nothing says where the declarations for %s are from", p.name)
		}
		for _, m := range l.Members {
			if d := p.member(m); d != nil {
				check(p.name+": "+d.Declaration, d.state)
			}
		}
		for _, c := range l.Constants {
			if n := p.constant(c); n != nil {
				check(p.name+": "+n.Name, n.state)
			}
		}
	}
}

// TestTheClientsHaveMostOfTheList fails when somebody makes the tests pass by taking members out of the list or by
// calling them absent.
func TestTheClientsHaveMostOfTheList(t *testing.T) {
	l := theList(t)
	steps := make(map[string]bool)
	for _, m := range l.Members {
		steps[m.Step] = true
	}
	for _, step := range []string{"login", "list", "history", "send", "receive", "recall"} {
		if !steps[step] {
			t.Errorf("the list has nothing for the step %q", step)
		}
	}
	for _, p := range platforms() {
		absent := 0
		for _, m := range l.Members {
			if d := p.member(m); d != nil && !d.compiles() {
				absent++
			}
		}
		if present := len(p.present(l)); present < 100 || absent > 25 {
			t.Errorf("%s: %d members compile and %d are absent; at least 100 compiled, and at most 25 were absent",
				p.name, present, absent)
		}
		constants := 0
		p.numbers(l, func(name, int) { constants++ })
		if constants < 45 {
			t.Errorf("%s: only %d constants are there", p.name, constants)
		}
	}
}

func TestADeclarationIsTakenApart(t *testing.T) {
	s, err := parse("void GetList(const V2TIMVector<A, B> &ids, V2TIMValueCallback<V2TIMVector<A, B>> *callback)")
	if err != nil {
		t.Fatal(err)
	}
	want := []parameter{{"const V2TIMVector<A, B> &", "ids"}, {"V2TIMValueCallback<V2TIMVector<A, B>> *", "callback"}}
	if s.name != "GetList" || s.result != "void" || len(s.parameters) != 2 || s.parameters[0] != want[0] ||
		s.parameters[1] != want[1] {
		t.Errorf("it has the parts %+v", s)
	}
}

func TestAREADMEWithoutAPlaceForTheTablesIsRefused(t *testing.T) {
	if _, err := withTables("# A client\n", platforms()[0], theList(t)); err == nil {
		t.Error("nobody would see that the tables are missing")
	}
}

func TestTheSnippetsOfTencentsPageAreCompiledOnEachPlatform(t *testing.T) {
	for path, snippets := range map[string]int{
		"clients/android/sdk/src/test/java/com/example/recall/v2/TencentSnippetsTest.java": 2,
		"clients/apple/tests/tencent_snippets.mm":                                          2,
		"clients/cpp/tests/tencent_snippets_test.cpp":                                      2,
	} {
		content, err := os.ReadFile(filepath.Join(root, path))
		if err != nil {
			t.Error(err)
			continue
		}
		if count := strings.Count(string(content), "// From Tencent's page:"); count != snippets {
			t.Errorf("%s has %d snippets, wanted %d", path, count, snippets)
		}
	}
}
