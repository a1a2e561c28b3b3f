package template

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// Notice names something in a template that the local stack does differently from AWS, or that AWS would refuse or
// punish.
type Notice struct {
	Line int
	Text string
}

func (n Notice) String() string { return fmt.Sprintf("line %d: %s", n.Line, n.Text) }

// findings collect what is wrong with a template, so that one run reports everything.
type findings struct {
	problems []error // the template is refused for each of them
	notices  []Notice
}

func (f *findings) fail(line int, format string, arguments ...any) {
	f.problems = append(f.problems, Notice{line, fmt.Sprintf(format, arguments...)}.error())
}

func (f *findings) notice(line int, format string, arguments ...any) {
	f.notices = append(f.notices, Notice{line, fmt.Sprintf(format, arguments...)})
}

func (n Notice) error() error { return errors.New(n.String()) }

// sorted returns the notices by line, each of them once. A value that is used twice is evaluated twice and gives its
// notice twice.
func (f *findings) sorted() []Notice {
	slices.SortFunc(f.notices, func(a, b Notice) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Text, b.Text))
	})
	return slices.Compact(f.notices)
}

// err returns the error that refuses the template. A strict reader refuses a template for every notice, too. If there
// is a problem, the notices are listed with it, since an unknown resource may be its cause.
func (f *findings) err(strict bool) error {
	problems := slices.Clone(f.problems)
	if strict || len(problems) > 0 {
		for _, notice := range f.sorted() {
			problems = append(problems, notice.error())
		}
	}
	return errors.Join(problems...)
}
