package main

import (
	"fmt"
	"regexp"
	"strings"
)

const objectiveCHead = `// Written by go run ./clients/v2tim from clients/v2tim/members.json.
// Makes each call of V2TIM that this client has, with Tencent's types. That it compiles without a warning is the test.
#import <RecallIM/RecallIM.h>

`

var (
	property = regexp.MustCompile(`^@property (\(readonly\) )?(.*?[ *])(\w+)$`)
	selector = regexp.MustCompile(`^([+-]) \((.*?)\)(\w.*)$`)
	segment  = regexp.MustCompile(`(\w+):\((.*?)\)(\w+)`)
)

func objectiveCTest(p platform, l list) (string, error) {
	var text strings.Builder
	text.WriteString(objectiveCHead)
	for place, d := range p.present(l) {
		function, err := objectiveCCall(fmt.Sprintf("member%d", place), d)
		if err != nil {
			return "", err
		}
		text.WriteString(function)
	}
	text.WriteString("\n")
	p.numbers(l, func(n name, value int) {
		fmt.Fprintf(&text, "_Static_assert(%s == %d, \"Tencent's number\");\n", n.Name, value)
	})
	return text.String(), nil
}

func objectiveCCall(function string, d declaration) (string, error) {
	on := d.Of + " *on"
	if isImplemented(d.Of) {
		on = "id<" + d.Of + "> on"
	}
	if parts := property.FindStringSubmatch(d.Declaration); parts != nil {
		kind, name := strings.TrimSpace(parts[2]), parts[3]
		text := fmt.Sprintf("%s %s(%s) { return on.%s; }\n", kind, function, on, name)
		if parts[1] == "" {
			text += fmt.Sprintf("void %sChanged(%s, %s value) { on.%s = value; }\n", function, on, kind, name)
		}
		return text, nil
	}
	parts := selector.FindStringSubmatch(d.Declaration)
	if parts == nil {
		return "", fmt.Errorf("%q is no declaration", d.Declaration)
	}
	to, declared, message := "on", on, parts[3]
	if parts[1] == "+" {
		to, declared = d.Of, "void"
	}
	if segments := segment.FindAllStringSubmatch(parts[3], -1); segments != nil {
		message = ""
		for _, one := range segments {
			declared += ", " + one[2] + " " + one[3]
			message += " " + one[1] + ":" + one[3]
		}
		message = strings.TrimSpace(message)
	}
	verb := "return "
	if parts[2] == "void" {
		verb = ""
	}
	return fmt.Sprintf("%s %s(%s) { %s[%s %s]; }\n", parts[2], function, declared, verb, to, message), nil
}
