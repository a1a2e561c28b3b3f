package main

import (
	"fmt"
	"strings"
)

const (
	begin = "<!-- Written by `go run ./clients/v2tim` from clients/v2tim/members.json. -->\n"
	end   = "<!-- Here ends what `go run ./clients/v2tim` wrote. -->\n"
)

// withTables is the README with the tables that follow from the list in the place of those that it has.
func withTables(readme string, p platform, l list) (string, error) {
	before, rest, begins := strings.Cut(readme, begin)
	_, after, ends := strings.Cut(rest, end)
	if !begins || !ends {
		return "", fmt.Errorf("it needs the lines %q and %q", strings.TrimSpace(begin), strings.TrimSpace(end))
	}
	return before + begin + "\n" + tables(p, l) + "\n" + end + after, nil
}

func tables(p platform, l list) string {
	counts := make(map[string]int)
	differs, absent := &table{}, &table{}
	add := func(shown string, s state) {
		counts[s.State]++
		switch s.State {
		case "differs":
			differs.add(shown, s.Reason)
		case "absent":
			absent.add(shown, s.Reason)
		}
	}
	for _, m := range l.Members {
		if d := p.member(m); d != nil {
			add(shown(*d), d.state)
		}
	}
	for _, c := range l.Constants {
		if n := p.constant(c); n != nil {
			add(n.Name, n.state)
		}
	}
	return fmt.Sprintf(introduction, counts["works"]+counts["differs"]+counts["absent"], counts["works"],
		counts["differs"], counts["absent"]) +
		"| These compile | and here |\n|---|---|\n" + differs.String() +
		"\n| These are absent | because |\n|---|---|\n" + absent.String()
}

const introduction = `The list has %d members and constants of V2TIM for this platform.
%d of them do here what they do in V2TIM, %d compile and do something else, and %d are absent.

`

// table has a row for each reason.
type table struct {
	reasons []string
	members map[string][]string
}

func (t *table) add(member, reason string) {
	if t.members == nil {
		t.members = make(map[string][]string)
	}
	if t.members[reason] == nil {
		t.reasons = append(t.reasons, reason)
	}
	t.members[reason] = append(t.members[reason], "`"+member+"`")
}

// String is the rows.
func (t *table) String() string {
	var rows strings.Builder
	for _, reason := range t.reasons {
		fmt.Fprintf(&rows, "| %s | %s |\n", strings.Join(t.members[reason], ", "), reason)
	}
	return rows.String()
}

// shown is a member as a reader knows it: Type.member, or the selector of a method in Objective-C.
func shown(d declaration) string {
	if parts := property.FindStringSubmatch(d.Declaration); parts != nil {
		return d.Of + "." + parts[3]
	}
	if parts := selector.FindStringSubmatch(d.Declaration); parts != nil {
		segments := segment.FindAllStringSubmatch(parts[3], -1)
		if segments == nil {
			return parts[3]
		}
		name := ""
		for _, one := range segments {
			name += one[1] + ":"
		}
		return name
	}
	s, err := parse(d.Declaration)
	if err != nil {
		return d.Declaration
	}
	return d.Of + "." + s.name
}
