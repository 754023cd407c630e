package model

import (
	"slices"
	"strings"
)

// narrows tells whether the filter lets through no more than another, as far as that can be told from their terms: what the
// other excludes by its summary, this one does. When a letter was typed only what was shown need be looked at again.
func (f Filter) narrows(o Filter) bool {
	for i := range o.terms {
		t := &o.terms[i]
		one := t.field == nil || t.negated
		if one && !slices.ContainsFunc(f.terms, func(mine term) bool { return mine.implies(t) }) || !one && !f.narrowsField(o, t.field) {
			return false
		}
	}
	return true
}

// narrowsField is narrows of the alternatives of a field.
func (f Filter) narrowsField(o Filter, field *filterField) bool {
	some := false
	for i := range f.terms {
		mine := &f.terms[i]
		if mine.field != field || mine.negated {
			continue
		}
		some = true
		if !slices.ContainsFunc(o.terms, func(t term) bool { return mine.implies(&t) }) {
			return false
		}
	}
	return some
}

// implies tells whether all that t lets through o does.
func (t *term) implies(o *term) bool {
	switch {
	case t.field != o.field || t.negated != o.negated:
		return false
	case *t == *o:
		return true
	case t.negated:
		t, o = o, t
	}
	if t.field == nil {
		return narrowsPart(t, o)
	}
	return t.field.narrows != nil && t.field.narrows(t, o)
}

// narrowsPart is of terms that are looked for in a text: what has one of them has every part of it.
func narrowsPart(t, o *term) bool { return strings.Contains(t.folded.part, o.folded.part) }

func narrowsAddress(t, o *term) bool {
	switch {
	case isWholeURL(o.value):
		return false
	case isWholeURL(t.value):
		return o.folded.in(t.value)
	}
	return narrowsPart(t, o)
}

// narrowsTime is of spans that begin, or end, within others.
func narrowsTime(t, o *term) bool {
	if t.span.before != o.span.before {
		return false
	}
	if t.span.before {
		return !t.span.bound.After(o.span.bound)
	}
	return !t.span.bound.Before(o.span.bound)
}
