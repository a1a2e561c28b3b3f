package template

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// Notice names something of a template that the local stack does not do as AWS does it, or that AWS would punish.
type Notice struct {
	Line int
	Text string
}

func (n Notice) String() string { return fmt.Sprintf("line %d: %s", n.Line, n.Text) }

// findings collect what is wrong with a template, so that one run reports all of it.
type findings struct {
	problems []error // each of them refuses the template
	notices  []Notice
}

func (f *findings) fail(line int, format string, arguments ...any) {
	f.problems = append(f.problems, Notice{line, fmt.Sprintf(format, arguments...)}.error())
}

func (f *findings) notice(line int, format string, arguments ...any) {
	f.notices = append(f.notices, Notice{line, fmt.Sprintf(format, arguments...)})
}

func (n Notice) error() error { return errors.New(n.String()) }

// sorted are the notices by line, each of them once: a value that is used twice is evaluated twice.
func (f *findings) sorted() []Notice {
	slices.SortFunc(f.notices, func(a, b Notice) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Text, b.Text))
	})
	return slices.Compact(f.notices)
}

// err is what refuses the template. A strict reader refuses every notice, too. Beside a problem the notices stand
// anyway, since a resource that is not known may be the cause of it.
func (f *findings) err(strict bool) error {
	problems := slices.Clone(f.problems)
	if strict || len(problems) > 0 {
		for _, notice := range f.sorted() {
			problems = append(problems, notice.error())
		}
	}
	return errors.Join(problems...)
}
