package model

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Filter decides which entries are shown. Terms of one field are alternatives, fields must all agree, and a negated
// term excludes what it matches. The zero Filter shows everything.
type Filter struct{ terms []term }

type term struct {
	field   *filterField // nil for a bare word
	value   string
	folded  folded // value in lower case, for parts
	negated bool

	span     timeSpan // of a field of time
	runMilli int64    // of created
	cause    CauseID
	class    Class
}

// FilterError is a mistake in a filter line, with the bytes of the line that are wrong.
type FilterError struct {
	Start, End int
	Problem    string
}

func (e *FilterError) Error() string { return e.Problem }

// ParseFilterAt reads a filter line: `field:value` terms and bare words, separated by spaces; `-` in front negates, and
// double quotes keep spaces and colons. Times like 2h are counted back from now, and days begin and end in the zone of
// now. Its error is a *[FilterError].
func ParseFilterAt(line string, now time.Time) (Filter, error) {
	var f Filter
	for _, w := range words(line) {
		if w.unclosed {
			return Filter{}, &FilterError{w.start, w.end, "the quote is not closed"}
		}
		t := term{value: w.text, negated: w.negated}
		if name, value, ok := strings.Cut(w.text, ":"); ok && w.colon {
			i := slices.IndexFunc(filterFields, func(f *filterField) bool { return f.name == name })
			if i < 0 && !strings.HasPrefix(value, "//") {
				return Filter{}, &FilterError{w.start, w.end, fmt.Sprintf("there is no field %q: use %s, or quote it to look for the words", name, strings.Join(FilterFields(), ", "))}
			}
			if i >= 0 {
				t.field, t.value = filterFields[i], value
				if problem := t.read(now); problem != "" {
					return Filter{}, &FilterError{w.start, w.end, problem}
				}
			}
		}
		if t.value == "" {
			return Filter{}, &FilterError{w.start, w.end, "there is nothing to look for"}
		}
		t.folded = newFolded(strings.ToLower(t.value))
		f.terms = append(f.terms, t)
	}
	return f, nil
}

// ParseFilter is [ParseFilterAt] where the time is not known. What would depend on it, as 2h and 2026-11-20 do, is then a
// mistake: a filter that could not tell what it means would show the wrong entries, and they could be acted on.
func ParseFilter(line string) (Filter, error) { return ParseFilterAt(line, time.Time{}) }

// At is the same filter, read at another time: what is counted back from now is counted from there.
func (f Filter) At(now time.Time) Filter {
	if now.IsZero() {
		return f
	}
	terms := slices.Clone(f.terms)
	for i := range terms {
		if t := &terms[i]; t.field != nil {
			t.read(now) // it was read before, and so is no mistake
		}
	}
	return Filter{terms}
}

// With is the filter with one more term, which may not depend on the time. A term that is there already is not repeated,
// and one that says the opposite is taken out. The error is a *[FilterError] in the term.
func (f Filter) With(line string) (Filter, error) {
	added, err := ParseFilter(line)
	switch {
	case err != nil:
		return Filter{}, err
	case len(added.terms) == 0:
		return Filter{}, &FilterError{0, len(line), "there is nothing to look for"}
	case len(added.terms) > 1:
		return Filter{}, &FilterError{0, len(line), "only one term can be added at a time"}
	}
	t := added.terms[0]
	same := func(o term) bool { return o.field == t.field && o.value == t.value }
	if slices.ContainsFunc(f.terms, func(o term) bool { return same(o) && o.negated == t.negated }) {
		return f, nil
	}
	return Filter{append(slices.DeleteFunc(slices.Clone(f.terms), same), t)}, nil
}

type word struct {
	text       string
	start, end int
	negated    bool
	unclosed   bool
	colon      bool // there is a colon outside the quotes, with the field's name before it
}

// words splits a line at spaces outside quotes. Within quotes a backslash takes the next character as it is.
func words(line string) []word {
	var out []word
	for i := 0; i < len(line); {
		if line[i] == ' ' || line[i] == '\t' {
			i++
			continue
		}
		w := word{start: i}
		if line[i] == '-' && i+1 < len(line) && line[i+1] != ' ' && line[i+1] != '\t' {
			w.negated = true
			i++
		}
		var b strings.Builder
		quoted, quotedAny := false, false
		for ; i < len(line) && (quoted || line[i] != ' ' && line[i] != '\t'); i++ {
			switch c := line[i]; {
			case c == '"':
				quoted, quotedAny = !quoted, true
			case c == '\\' && quoted && i+1 < len(line):
				i++
				b.WriteByte(line[i])
			default:
				if c == ':' && !quotedAny {
					w.colon = true
				}
				b.WriteByte(c)
			}
		}
		w.text, w.end, w.unclosed = b.String(), i, quoted
		out = append(out, w)
	}
	return out
}

// String prints the filter as a line that [ParseFilterAt] reads as the same filter.
func (f Filter) String() string {
	var b strings.Builder
	for i, t := range f.terms {
		if i > 0 {
			b.WriteByte(' ')
		}
		if t.negated {
			b.WriteByte('-')
		}
		if t.field != nil {
			b.WriteString(t.field.name)
			b.WriteByte(':')
		}
		b.WriteString(quoted(t.value, t.field == nil))
	}
	return b.String()
}

func quoted(value string, bare bool) string {
	special := " \t\"\\"
	if bare {
		special += ":"
	}
	if !strings.ContainsAny(value, special) && !(bare && strings.HasPrefix(value, "-")) {
		return value
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
}

// IsEmpty tells whether everything is shown.
func (f Filter) IsEmpty() bool { return len(f.terms) == 0 }

// NotOf names the first field of the filter that entries of the kind do not have, so that none of them matches; "" when
// there is none.
func (f Filter) NotOf(k Kind) string {
	for _, t := range f.terms {
		if t.field != nil && t.field.runs && !t.negated && k != WorkflowRun && t.value != "none" {
			return t.field.name
		}
	}
	return ""
}

// Match tells whether the entry is known to match by its summary alone. It does not allocate.
func (f Filter) Match(e *Entry) bool { return f.Judge(e, nil) == Included }

// Judge tells whether the entry is shown. Without its texts, which may be nil, it can be undecided. It does not allocate.
func (f Filter) Judge(e *Entry, texts *Texts) Verdict {
	all := Included
	for i := range f.terms {
		t := &f.terms[i]
		var v Verdict
		switch {
		case t.negated:
			v = t.judge(e, texts).not()
		case t.field == nil:
			v = t.judge(e, texts)
		default:
			v = f.anyOf(t.field, e, texts)
		}
		switch v {
		case Excluded:
			return Excluded
		case Undecided:
			all = Undecided
		}
	}
	return all
}

func (f Filter) anyOf(field *filterField, e *Entry, texts *Texts) Verdict {
	any := Excluded
	for i := range f.terms {
		t := &f.terms[i]
		if t.field != field || t.negated {
			continue
		}
		switch t.judge(e, texts) {
		case Included:
			return Included
		case Undecided:
			any = Undecided
		}
	}
	return any
}

// read takes the value in, and returns what is wrong with it, or "".
func (t *term) read(now time.Time) string {
	switch {
	case t.value == "":
		return t.field.name + " needs a value: " + t.field.takes
	case t.field.read != nil:
		return t.field.read(t, now)
	}
	return ""
}

func (t *term) judge(e *Entry, texts *Texts) Verdict {
	switch {
	case t.field == nil:
		return verdict(t.matchesWord(e))
	case t.field.search != nil:
		return t.field.search(t, e, texts)
	}
	return verdict(t.field.match(t, e))
}

// matchesWord looks for a bare word in the summary.
func (t *term) matchesWord(e *Entry) bool {
	for _, s := range [...]string{e.URL, e.Response, e.QueueName, e.URLGroup, e.Key.ID, e.MessageID, e.WorkflowRunID, e.Cause.Step} {
		if t.folded.in(s) {
			return true
		}
	}
	for _, l := range e.Labels {
		if t.folded.in(l) {
			return true
		}
	}
	return false
}
