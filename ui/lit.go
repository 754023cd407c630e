package ui

import (
	"regexp"

	"redrive/ui/text"
)

// lit is what is to be made visible of a search in a part; nil for nothing.
type lit struct {
	pattern *regexp.Regexp
	reach   int
	current match // the match gone to last, when it is in the part
}

// in is what is to be made visible in a part.
func (s *search) in(part int) *lit {
	if s.pattern == nil {
		return nil
	}
	l := &lit{pattern: s.pattern, reach: s.reach, current: match{from: -2}}
	if s.current >= 0 && s.current < len(s.matches) && s.matches[s.current].part == part {
		l.current = s.matches[s.current]
	}
	return l
}

// litSpan is a match in a row.
type litSpan struct {
	from, to int
	current  bool
}

// spans are the matches that have a byte of a row in them. They are found anew for each row that is drawn, so that they are
// seen before the search has come to them.
func (l *lit) spans(raw string, start, end int) []litSpan {
	if l == nil {
		return nil
	}
	end = min(end, start+litBytes)
	from := max(0, start-l.reach)
	var out []litSpan
	for _, m := range l.pattern.FindAllStringIndex(raw[from:min(len(raw), end+l.reach)], -1) {
		if a, b := from+m[0], from+m[1]; b > start && a < end {
			out = append(out, litSpan{a, b, a == l.current.from})
		}
	}
	return out
}

// label is the look of a label, which is shown as a whole when the search matches in it.
func (l *lit) label(t *Theme, st style, label text.Safe) style {
	switch {
	case l == nil || !l.pattern.MatchString(label.String()):
		return st
	case l.current.from == -1:
		return t.current
	}
	return t.found
}

// putLit adds the bytes of a row from one to another in a look, with the matches in theirs.
func putLit(t *Theme, r *row, st style, from, to int, spans []litSpan, slice func(from, to int) text.Safe) {
	for _, s := range spans {
		a, b := max(s.from, from), min(s.to, to)
		if a >= b {
			continue
		}
		if from < a {
			r.put(st, slice(from, a))
		}
		look := t.found
		if s.current {
			look = t.current
		}
		r.put(look, slice(a, b))
		from = b
	}
	if from < to {
		r.put(st, slice(from, to))
	}
}
