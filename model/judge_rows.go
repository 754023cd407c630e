package model

import "math"

// part is what of an entry a field of the filter looks at, as far as entries share it: then it is looked at once for all that do.
type part uint8

const (
	wholeEntry part = iota
	sharedPart
	labelsPart
	statusPart
	urlPart
	responsePart
	flowPart
	causePart
)

// rowJudge judges rows by a filter, faster than [Filter.Judge] judges their entries. It is for one goroutine.
type rowJudge struct {
	filter  Filter
	rows    *Snapshot
	judged  int // how many rows are, about
	shared  *sharedFound
	clauses []clause
	entry   Entry
	finders []termFinder
	text    []byte
}

// termFinder looks for what a term does.
type termFinder struct {
	term *term
	*finder
}

// clause is what must hold of an entry: a bare word, a negated term, or one of the terms of a field.
type clause struct {
	term *term // the only term; nil where there are alternatives
	any  []*term
	part part
	word *wordSearch
	row  func(*term, *rowJudge, *packedRow) Verdict
	// known are the verdicts of what was looked at, by number; 0 for what was not.
	known []Verdict
}

// verdictKnown is added to a verdict that is kept.
const verdictKnown Verdict = 1

// newRowJudge is one of those who judge about so many rows, and share what they find.
func newRowJudge(f Filter, s *Snapshot, rows int, shared *sharedFound) *rowJudge {
	j := &rowJudge{filter: f, rows: s, judged: rows, shared: shared}
	var slow []clause
	seen := map[*filterField]bool{}
	for i := range f.terms {
		t := &f.terms[i]
		c := clause{term: t}
		switch {
		case t.field == nil:
			c.word = newWordSearch(j.finder(t), s)
		case !t.negated:
			if seen[t.field] {
				continue
			}
			seen[t.field] = true
			c.term, c.part, c.row = nil, t.field.part, t.field.row
			for i := range f.terms {
				if o := &f.terms[i]; o.field == t.field && !o.negated {
					c.any = append(c.any, o)
				}
			}
		default:
			c.part, c.row = t.field.part, t.field.row
		}
		c.known = make([]Verdict, c.part.number(s))
		if c.word != nil || c.part == wholeEntry {
			slow = append(slow, c)
		} else {
			j.clauses = append(j.clauses, c)
		}
	}
	j.clauses = append(j.clauses, slow...)
	return j
}

// number is how many different values of the part there are.
func (p part) number(s *Snapshot) int {
	switch p {
	case sharedPart:
		return len(s.shared)
	case statusPart:
		return math.MaxUint16 + 1
	case urlPart, flowPart, labelsPart:
		return s.texts.len()
	case responsePart:
		return 2 * s.texts.len()
	case causePart:
		return len(s.causes)
	case wholeEntry:
	}
	return 0
}

// of is the number of the row's value of the part.
func (p part) of(r *packedRow) uint32 {
	switch p {
	case sharedPart:
		return r.shared
	case statusPart:
		return uint32(r.status)
	case labelsPart:
		return r.labels
	case urlPart:
		return r.url
	case flowPart:
		return r.flow
	case responsePart:
		return 2*r.response + uint32(r.flags&responseCut)
	case causePart:
		return r.cause
	case wholeEntry:
	}
	return 0
}

// judge is [Filter.Judge] of the entry of a row, without its texts.
func (j *rowJudge) judge(r Row) Verdict {
	p := j.rows.row(r)
	if p.flags&unpacked != 0 {
		j.rows.read(r, &j.entry)
		return j.filter.Judge(&j.entry, nil)
	}
	all := Included
	read := false
	for i := range j.clauses {
		c := &j.clauses[i]
		var v Verdict
		switch {
		case c.word != nil:
			v = verdict(c.word.matches(p) != c.term.negated)
		case c.part == wholeEntry && c.row != nil:
			v = c.lookAtRow(j, p)
		case c.part != wholeEntry && c.known[c.part.of(p)] != 0:
			v = c.known[c.part.of(p)] - verdictKnown
		case c.row != nil:
			v = c.lookAtRow(j, p)
			c.known[c.part.of(p)] = v + verdictKnown
		default:
			if !read {
				j.rows.read(r, &j.entry)
				read = true
			}
			if v = c.look(&j.entry); c.part != wholeEntry {
				c.known[c.part.of(p)] = v + verdictKnown
			}
		}
		switch v {
		case Excluded:
			return Excluded
		case Undecided:
			all = Undecided
		case Included:
		}
	}
	return all
}

// textOf is a text, which is valid until the next.
func (j *rowJudge) textOf(n uint32) string {
	j.text = j.rows.texts.appendTo(j.text[:0], n)
	return loose(j.text)
}

// finder looks for what a term does.
func (j *rowJudge) finder(t *term) *finder {
	texts := &j.rows.texts
	if fewRows*j.judged < texts.len() {
		return newFinder(t.folded, texts, nil)
	}
	return newFinder(t.folded, texts, j.shared.by(t, texts.len()))
}

// has tells whether what the term looks for is in a text.
func (j *rowJudge) has(t *term, n uint32) bool {
	for i := range j.finders {
		if f := &j.finders[i]; f.term == t {
			return f.in(n)
		}
	}
	f := j.finder(t)
	j.finders = append(j.finders, termFinder{t, f})
	return f.in(n)
}

// lookAtRow judges a row, of a field that can.
func (c *clause) lookAtRow(j *rowJudge, p *packedRow) Verdict {
	if c.term != nil {
		v := c.row(c.term, j, p)
		if c.term.negated {
			v = v.not()
		}
		return v
	}
	return anyOf(c.any, func(t *term) Verdict { return c.row(t, j, p) })
}

// look judges an entry.
func (c *clause) look(e *Entry) Verdict {
	switch {
	case c.term == nil:
		return anyOf(c.any, func(t *term) Verdict { return t.judge(e, nil) })
	case c.term.negated:
		return c.term.judge(e, nil).not()
	}
	return c.term.judge(e, nil)
}

// anyOf is the verdict of alternatives.
func anyOf(terms []*term, judge func(*term) Verdict) Verdict {
	any := Excluded
	for _, t := range terms {
		switch judge(t) {
		case Included:
			return Included
		case Undecided:
			any = Undecided
		case Excluded:
		}
	}
	return any
}
