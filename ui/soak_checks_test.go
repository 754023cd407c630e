package ui_test

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"redrive/model"
	"redrive/ui"
)

// frameChecker looks at frames. A line that it saw in the frame before is not looked at again.
type frameChecker struct {
	width int
	lines map[string]struct{}
}

// problem is what is wrong with a frame for a window of that size; empty when nothing is.
func (c *frameChecker) problem(content string, width, height int) string {
	if width != c.width || len(c.lines) > 10_000 {
		c.width, c.lines = width, map[string]struct{}{}
	}
	n := 0
	for line := range strings.SplitSeq(content, "\n") {
		if n++; n > height {
			return fmt.Sprintf("the frame has more than %d lines", height)
		}
		if _, known := c.lines[line]; known {
			continue
		}
		if p := lineProblem(line, width); p != "" {
			return fmt.Sprintf("line %d: %s: %q", n, p, line)
		}
		c.lines[line] = struct{}{}
	}
	return ""
}

// lineProblem is what is wrong with a line of a frame: more cells than the window has, or anything that acts but a look.
func lineProblem(line string, width int) string {
	plain := strings.Builder{}
	for rest := line; rest != ""; {
		r, size := utf8.DecodeRuneInString(rest)
		switch {
		case r == '\x1b':
			end := strings.IndexByte(rest, 'm')
			if end < 2 || rest[1] != '[' || strings.Trim(rest[2:end], "0123456789;") != "" {
				return "a sequence that is no look"
			}
			size = end + 1
		case r < ' ', r >= 0x7f && r <= 0x9f, r == utf8.RuneError:
			return fmt.Sprintf("the raw character %U", r)
		default:
			plain.WriteRune(r)
		}
		rest = rest[size:]
	}
	if w := ansi.StringWidth(plain.String()); w > width {
		return fmt.Sprintf("it takes %d of %d cells", w, width)
	}
	return ""
}

// stateProblem is what contradicts itself in what the screen holds; empty when nothing does.
func stateProblem(m *ui.Model, whole bool) string {
	if open := m.Overlays(); len(open) > 1 {
		slices.Sort(open)
		return fmt.Sprintf("%v are open at once", open)
	}
	if s, open := m.SheetOpen(); open && s.Plan != nil && (s.Plan.Selection.Valid() != nil || s.Plan.Selection.Len() != len(s.Plan.Entries)) && !s.Plan.ByFilter() {
		return fmt.Sprintf("the sheet is for %d entries and shows %d", s.Plan.Selection.Len(), len(s.Plan.Entries))
	}
	for _, l := range m.Lists() {
		if c := l.Cursor(); c < 0 || c > 0 && c >= l.Len() {
			return fmt.Sprintf("the cursor is on row %d of %d", c, l.Len())
		}
		if whole {
			if n := m.MarksKnown(l); n < l.Marks.Len() {
				return fmt.Sprintf("%d are marked, and %d of them are known", l.Marks.Len(), n)
			}
		}
	}
	if at, of := m.InJobs(); at < 0 || at > 0 && at >= of {
		return fmt.Sprintf("the cursor is on job %d of %d", at, of)
	}
	if at, of := m.InCauses(); at < 0 || at > 0 && at >= of {
		return fmt.Sprintf("the cursor is on cause %d of %d", at, of)
	}
	for _, j := range m.Jobs() {
		if p := jobProblem(j, whole); p != "" {
			return fmt.Sprintf("job %d: %s", j.Number, p)
		}
	}
	return ""
}

func jobProblem(j *model.Job, whole bool) string {
	sum := 0
	for _, s := range model.OutcomeStates {
		if j.Count(s) < 0 {
			return fmt.Sprintf("%d are %s", j.Count(s), s)
		}
		sum += j.Count(s)
	}
	if sum != j.Len() || j.Len() != j.Plan.Selection.Len() || j.Unsettled() < 0 || j.Unsettled() > j.Len() || j.Awaited() < 0 {
		return fmt.Sprintf("%d of a plan of %d add up to %d, %d not settled, %d awaited", j.Len(), j.Plan.Selection.Len(), sum, j.Unsettled(), j.Awaited())
	}
	if !whole {
		return ""
	}
	var counts [len(model.OutcomeStates)]int
	for i := range j.Len() {
		counts[j.Outcome(i).State]++
	}
	for _, s := range model.OutcomeStates {
		if counts[s] != j.Count(s) {
			return fmt.Sprintf("%d are %s, and %d are counted", counts[s], s, j.Count(s))
		}
	}
	return ""
}
