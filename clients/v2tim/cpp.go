package main

import (
	"fmt"
	"strings"
)

const cppHead = `// Written by go run ./clients/v2tim from clients/v2tim/members.json.
// Makes each call of V2TIM that this client has, with Tencent's types, and implements each callback.
// That it compiles is the test.
#include "V2TIMManager.h"

namespace recall::test::members {

`

func cppTest(p platform, l list) (string, error) {
	var text strings.Builder
	text.WriteString(cppHead)
	present := p.present(l)
	for place, d := range present {
		if isImplemented(d.Of) {
			continue
		}
		s, err := parse(d.Declaration)
		if err != nil {
			return "", err
		}
		text.WriteString(cppCall(place, d.Of, s))
	}
	order, of := implementations(present)
	for _, kind := range order {
		implementation, err := cppImplementation(kind, of[kind])
		if err != nil {
			return "", err
		}
		text.WriteString(implementation)
	}
	text.WriteString("\n")
	p.numbers(l, func(n name, value int) {
		fmt.Fprintf(&text, "static_assert(%s == %d, \"Tencent's number\");\n", n.Name, value)
	})
	text.WriteString("\n}  // namespace recall::test::members\n")
	return text.String(), nil
}

func cppCall(place int, of string, s signature) string {
	function := fmt.Sprintf("member%d", place)
	if s.isField {
		return fmt.Sprintf("inline void %s(%s& on, %s value) {\n    on.%s = value;\n    value = on.%s;\n}\n",
			function, of, s.result, s.name, s.name)
	}
	on, before := of+"::", []string(nil)
	if !s.static {
		on, before = "on.", []string{of + "& on"}
	}
	return fmt.Sprintf("inline %s %s(%s) { return %s%s(%s); }\n",
		s.result, function, s.declared(before...), on, s.name, s.given())
}

func cppImplementation(kind string, declarations []declaration) (string, error) {
	plain, _, isTemplate := strings.Cut(kind, "<")
	var text strings.Builder
	text.WriteString("\n")
	if isTemplate {
		text.WriteString("template <typename T>\n")
	}
	fmt.Fprintf(&text, "struct My%s : %s {\n", plain, kind)
	for _, d := range declarations {
		s, err := parse(d.Declaration)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&text, "    %s %s(%s) override {}\n", s.result, s.name, unnamed(s))
	}
	text.WriteString("};\n")
	if isTemplate {
		fmt.Fprintf(&text, "template struct My%s<V2TIMMessage>;\n", plain)
	}
	return text.String(), nil
}

// unnamed are the parameters without their names, which a compiler would call unused.
func unnamed(s signature) string {
	var kinds []string
	for _, p := range s.parameters {
		kinds = append(kinds, p.kind)
	}
	return strings.Join(kinds, ", ")
}
