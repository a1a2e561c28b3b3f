package main

import (
	"fmt"
	"strings"
)

const javaHead = `// Written by go run ./clients/v2tim from clients/v2tim/members.json.
package com.example.recall;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.example.recall.v2.*;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Makes each call of V2TIM that this client has, with Tencent's types, and implements each callback.
 * That it compiles is the test.
 */
class V2TIMMembersTest {
`

func javaTest(p platform, l list) (string, error) {
	var text strings.Builder
	text.WriteString(javaHead)
	present := p.present(l)
	for place, d := range present {
		if isImplemented(d.Of) {
			continue
		}
		call, err := javaCall(place, d)
		if err != nil {
			return "", err
		}
		text.WriteString(call)
	}
	order, of := implementations(present)
	for _, kind := range order {
		implementation, err := javaImplementation(kind, of[kind])
		if err != nil {
			return "", err
		}
		text.WriteString(implementation)
	}
	text.WriteString("    @Test\n    void everyConstantHasTencentsNumber() {\n")
	p.numbers(l, func(n name, value int) {
		fmt.Fprintf(&text, "        assertEquals(%d, %s.%s);\n", value, n.Of, n.Name)
	})
	text.WriteString("    }\n}\n")
	return text.String(), nil
}

func javaCall(place int, d declaration) (string, error) {
	if made, isConstructor := strings.CutPrefix(d.Declaration, "new "); isConstructor {
		return fmt.Sprintf("    %s make%d() {\n        return new %s;\n    }\n\n", d.Of, place, made), nil
	}
	s, err := parse(d.Declaration)
	if err != nil {
		return "", err
	}
	on, before := d.Of, []string(nil)
	if !s.static {
		on, before = "on", []string{d.Of + " on"}
	}
	call := fmt.Sprintf("%s.%s(%s);", on, s.name, s.given())
	if s.result != "void" {
		call = "return " + call
	}
	return fmt.Sprintf("    %s %s%d(%s) {\n        %s\n    }\n\n",
		s.result, s.name, place, s.declared(before...), call), nil
}

func javaImplementation(kind string, declarations []declaration) (string, error) {
	plain, parameters, isGeneric := strings.Cut(kind, "<")
	verb := "extends"
	if strings.HasSuffix(plain, "Callback") {
		verb = "implements"
	}
	if isGeneric {
		parameters = "<" + parameters
	}
	var text strings.Builder
	fmt.Fprintf(&text, "    abstract static class My%s%s %s %s {\n", plain, parameters, verb, kind)
	for _, d := range declarations {
		s, err := parse(d.Declaration)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&text, "        @Override\n        public %s %s(%s) {\n        }\n\n",
			s.result, s.name, s.declared())
	}
	return strings.TrimSuffix(text.String(), "\n") + "    }\n\n", nil
}
