package model

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Filter decides which entries are shown. Terms of one field are alternatives, fields must all agree, and a negated
// term excludes what it matches. The zero Filter shows everything.
type Filter struct{ terms []term }

type term struct {
	field   *filterField // nil for a bare word
	value   string
	folded  string // value in lower case, for parts
	negated bool
}

// filterField is one field of the filter line. Adding one here is all that is needed for it to be parsed, printed,
// matched and sent.
type filterField struct {
	name string
	// check returns what is wrong with a value, or "".
	check func(value string) string
	match func(t *term, e *Entry) bool
	// server puts the values into s when the server means exactly the same by them for this kind.
	server func(kind Kind, values []string, s *ServerFilter)
}

var filterFields = []*filterField{
	{
		name:  "status",
		check: checkStatus,
		match: matchStatus,
		server: func(kind Kind, values []string, s *ServerFilter) {
			if kind == Message && !slices.ContainsFunc(values, isNotNumber) {
				s.Statuses = values
			}
		},
	},
	{
		name:  "url",
		match: matchURL,
		server: func(kind Kind, values []string, s *ServerFilter) {
			if kind == Message && !slices.ContainsFunc(values, func(v string) bool { return !isWholeURL(v) || hasComma(v) }) {
				s.URLs = values
			}
		},
	},
	{
		name:  "queue",
		match: func(t *term, e *Entry) bool { return e.QueueName == t.value },
		server: func(kind Kind, values []string, s *ServerFilter) {
			if kind == Message && !slices.ContainsFunc(values, hasComma) {
				s.Queues = values
			}
		},
	},
	{
		name:  "label",
		match: func(t *term, e *Entry) bool { return slices.Contains(e.Labels, t.value) },
		server: func(_ Kind, values []string, s *ServerFilter) {
			if !slices.ContainsFunc(values, hasComma) {
				s.Labels = values
			}
		},
	},
	{
		name: "id",
		match: func(t *term, e *Entry) bool {
			return e.MessageID == t.value || e.Key.ID == t.value || e.WorkflowRunID == t.value
		},
		server: func(kind Kind, values []string, s *ServerFilter) {
			if kind == Message && len(values) == 1 && strings.HasPrefix(values[0], "msg_") && !hasComma(values[0]) {
				s.MessageID = values[0]
			}
		},
	},
}

func (f *filterField) problem(value string) string {
	switch {
	case value == "":
		return f.name + ": needs a value"
	case f.check != nil:
		return f.check(value)
	}
	return ""
}

// FilterFields are the names that may stand before a colon.
func FilterFields() []string {
	names := make([]string, len(filterFields))
	for i, f := range filterFields {
		names[i] = f.name
	}
	return names
}

// ServerFilter is the part of a [Filter] that the server does exactly. Several values of a field are alternatives.
// What the server returns may still be more than the filter means: every row is matched here as well.
type ServerFilter struct {
	MessageID string
	Statuses  []string
	URLs      []string
	Queues    []string
	Labels    []string
}

// Identity is equal for two server filters exactly when they ask the server for the same list.
func (s ServerFilter) Identity() string {
	set := func(values []string) []string { return slices.Compact(slices.Sorted(slices.Values(values))) }
	return fmt.Sprintf("%q %q %q %q %q", s.MessageID, set(s.Statuses), set(s.URLs), set(s.Queues), set(s.Labels))
}

// FilterError is a mistake in a filter line, with the bytes of the line that are wrong.
type FilterError struct {
	Start, End int
	Problem    string
}

func (e *FilterError) Error() string { return e.Problem }

// ParseFilter reads a filter line: `field:value` terms and bare words, separated by spaces; `-` in front negates, and
// double quotes keep spaces and colons. Its error is a *[FilterError].
func ParseFilter(line string) (Filter, error) {
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
				if problem := t.field.problem(value); problem != "" {
					return Filter{}, &FilterError{w.start, w.end, problem}
				}
			}
		}
		if t.value == "" {
			return Filter{}, &FilterError{w.start, w.end, "there is nothing to look for"}
		}
		t.folded = strings.ToLower(t.value)
		f.terms = append(f.terms, t)
	}
	return f, nil
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

// String prints the filter as a line that [ParseFilter] reads as the same filter.
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

// Match tells whether the entry is shown. It does not allocate for field terms.
func (f Filter) Match(e *Entry) bool {
	for i := range f.terms {
		t := &f.terms[i]
		if t.negated {
			if t.matches(e) {
				return false
			}
			continue
		}
		if t.field == nil {
			if !t.matches(e) {
				return false
			}
			continue
		}
		if !f.anyOf(t.field, e) {
			return false
		}
	}
	return true
}

func (f Filter) anyOf(field *filterField, e *Entry) bool {
	for i := range f.terms {
		if t := &f.terms[i]; t.field == field && !t.negated && t.matches(e) {
			return true
		}
	}
	return false
}

func (t *term) matches(e *Entry) bool {
	if t.field != nil {
		return t.field.match(t, e)
	}
	for _, s := range [...]string{e.URL, e.Response, e.QueueName, e.URLGroup, e.Key.ID, e.MessageID, e.WorkflowRunID} {
		if containsFold(s, t.folded) {
			return true
		}
	}
	return slices.ContainsFunc(e.Labels, func(l string) bool { return containsFold(l, t.folded) })
}

// Server is the part of the filter that the server does exactly for this kind. Excluding is never part of it.
func (f Filter) Server(kind Kind) ServerFilter {
	var s ServerFilter
	for _, field := range filterFields {
		var values []string
		for i := range f.terms {
			if t := &f.terms[i]; t.field == field && !t.negated {
				values = append(values, t.value)
			}
		}
		if len(values) > 0 {
			field.server(kind, values, &s)
		}
	}
	return s
}

func checkStatus(value string) string {
	if value == "none" || len(value) == 3 && value[0] >= '1' && value[0] <= '9' && value[1:] == "xx" {
		return ""
	}
	if n, err := strconv.Atoi(value); err == nil && n >= 100 && n <= 999 && len(value) == 3 {
		return ""
	}
	return "status takes 503, 5xx, or none for no response"
}

func matchStatus(t *term, e *Entry) bool {
	switch {
	case t.value == "none":
		return e.Status == 0
	case t.value[1:] == "xx":
		return e.Status/100 == int(t.value[0]-'0')
	default:
		n, _ := strconv.Atoi(t.value)
		return e.Status == n
	}
}

func matchURL(t *term, e *Entry) bool {
	if isWholeURL(t.value) {
		return e.URL == t.value
	}
	return containsFold(e.URL, t.folded)
}

func isWholeURL(v string) bool {
	return strings.HasPrefix(v, "https://") || strings.HasPrefix(v, "http://")
}

func isNotNumber(v string) bool {
	_, err := strconv.Atoi(v)
	return err != nil
}

// hasComma is a trap of the API: some of its versions split a value at commas.
func hasComma(v string) bool { return strings.Contains(v, ",") }

// containsFold tells whether s contains part, which is in lower case. ASCII is compared without allocating.
func containsFold(s, part string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return strings.Contains(strings.ToLower(s), part)
		}
		if lower(s[i]) == part[0] && len(s)-i >= len(part) && equalFoldASCII(s[i:], part) {
			return true
		}
	}
	return false
}

func equalFoldASCII(s, part string) bool {
	for j := range len(part) {
		if lower(s[j]) != part[j] {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
