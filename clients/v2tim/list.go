package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// list is members.json.
type list struct {
	// Sources says for each platform where Tencent's declarations are from.
	Sources   map[string]string
	Members   []member
	Constants []constant
}

// member is a call, a callback or a field of V2TIM, which is absent on platforms where Tencent does not have it.
type member struct {
	// Step is the part of an application that needs it: login, list, history, send, receive or recall.
	Step                string
	Android, Apple, Cpp *declaration
}

// declaration is a member on one platform.
type declaration struct {
	// Of is the type that has it. The name of a type that an application implements ends with Listener or Callback.
	Of string
	// Declaration is what Tencent declares, in the language of the platform.
	Declaration string
	state
}

// constant is a number of V2TIM. It is absent on platforms where Tencent does not have it.
type constant struct {
	Value               int
	Android, Apple, Cpp *name
}

// name is a constant on one platform.
type name struct {
	// Of is the class that has it, on Android.
	Of   string
	Name string
	state
}

// state says what there is of something that Tencent has.
type state struct {
	// State is works, differs or absent. What works does what Tencent's does. What differs compiles, and does something
	// else.
	State string
	// Reason says in which way it differs, or why it is absent.
	Reason string
}

func (s state) compiles() bool { return s.State != "absent" }

// platform is one of the three clients.
type platform struct {
	name, folder, generated string
	member                  func(member) *declaration
	constant                func(constant) *name
	test                    func(platform, list) (string, error)
}

func platforms() []platform {
	return []platform{
		{
			"android", "clients/android", "sdk/src/test/java/com/example/recall/V2TIMMembersTest.java",
			func(m member) *declaration { return m.Android }, func(c constant) *name { return c.Android }, javaTest,
		},
		{
			"apple", "clients/apple", "tests/v2tim_members.m",
			func(m member) *declaration { return m.Apple }, func(c constant) *name { return c.Apple }, objectiveCTest,
		},
		{
			"cpp", "clients/cpp", "tests/v2tim_members_test.cpp",
			func(m member) *declaration { return m.Cpp }, func(c constant) *name { return c.Cpp }, cppTest,
		},
	}
}

// present are the declarations of a platform that compile.
func (p platform) present(l list) []declaration {
	var present []declaration
	for _, m := range l.Members {
		if d := p.member(m); d != nil && d.compiles() {
			present = append(present, *d)
		}
	}
	return present
}

// numbers are the constants of a platform that are there, with their values.
func (p platform) numbers(l list, each func(name, int)) {
	for _, c := range l.Constants {
		if n := p.constant(c); n != nil && n.compiles() {
			each(*n, c.Value)
		}
	}
}

func read(root string) (list, error) {
	var l list
	content, err := os.ReadFile(filepath.Join(root, "clients/v2tim/members.json"))
	if err != nil {
		return l, err
	}
	decoder := json.NewDecoder(strings.NewReader(string(content)))
	decoder.DisallowUnknownFields()
	return l, decoder.Decode(&l)
}

// written are the files that follow from the list, by their paths.
func written(root string, l list) (map[string]string, error) {
	files := make(map[string]string)
	for _, p := range platforms() {
		test, err := p.test(p, l)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.name, err)
		}
		folder := filepath.Join(root, p.folder)
		files[filepath.Join(folder, p.generated)] = test
		readme := filepath.Join(folder, "README.md")
		content, err := os.ReadFile(readme)
		if err != nil {
			return nil, err
		}
		if files[readme], err = withTables(string(content), p, l); err != nil {
			return nil, fmt.Errorf("%s: %w", readme, err)
		}
	}
	return files, nil
}

// isImplemented says whether an application implements this type, and does not call it.
func isImplemented(of string) bool {
	plain, _, _ := strings.Cut(of, "<")
	return strings.HasSuffix(plain, "Listener") || strings.HasSuffix(plain, "Callback")
}

// signature is a declaration in Java or C++, in parts.
type signature struct {
	static       bool
	result, name string
	parameters   []parameter
	isField      bool
}

type parameter struct{ kind, name string }

var (
	method = regexp.MustCompile(`^(static )?(.*?[ *&])(\w+|operator\S+?)\((.*)\)$`)
	field  = regexp.MustCompile(`^(.*?[ *&])(\w+)$`)
)

func parse(text string) (signature, error) {
	if parts := method.FindStringSubmatch(text); parts != nil {
		s := signature{static: parts[1] != "", result: strings.TrimSpace(parts[2]), name: parts[3]}
		for _, one := range separate(parts[4]) {
			p := field.FindStringSubmatch(one)
			if p == nil {
				return s, fmt.Errorf("the parameter %q of %q has no type and name", one, text)
			}
			s.parameters = append(s.parameters, parameter{strings.TrimSpace(p[1]), p[2]})
		}
		return s, nil
	}
	if parts := field.FindStringSubmatch(text); parts != nil {
		return signature{result: strings.TrimSpace(parts[1]), name: parts[2], isField: true}, nil
	}
	return signature{}, fmt.Errorf("%q is no declaration", text)
}

// separate splits at the commas that are not within < and >.
func separate(text string) []string {
	var parts []string
	depth, begin := 0, 0
	for place, character := range text {
		switch character {
		case '<':
			depth++
		case '>':
			depth--
		case ',':
			if depth == 0 {
				parts = append(parts, strings.TrimSpace(text[begin:place]))
				begin = place + 1
			}
		}
	}
	if rest := strings.TrimSpace(text[begin:]); rest != "" {
		parts = append(parts, rest)
	}
	return parts
}

// declared are the parameters as a function declares them, after some others.
func (s signature) declared(before ...string) string {
	for _, p := range s.parameters {
		before = append(before, p.kind+" "+p.name)
	}
	return strings.Join(before, ", ")
}

// given are the parameters as a call has them.
func (s signature) given() string {
	var names []string
	for _, p := range s.parameters {
		names = append(names, p.name)
	}
	return strings.Join(names, ", ")
}

// implementations are the types that an application implements, in the order of the list, and what each declares.
func implementations(present []declaration) ([]string, map[string][]declaration) {
	var order []string
	of := make(map[string][]declaration)
	for _, d := range present {
		if !isImplemented(d.Of) {
			continue
		}
		if of[d.Of] == nil {
			order = append(order, d.Of)
		}
		of[d.Of] = append(of[d.Of], d)
	}
	return order, of
}
