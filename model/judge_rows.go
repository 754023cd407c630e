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
	clauses []clause
	entry   Entry
}

// clause is what must hold of an entry: a bare word, a negated term, or one of the terms of a field.
type clause struct {
	field *filterField // of a field whose terms are alternatives
	term  *term        // the only term
	part  part
	word  *wordSearch
	row   func(*term, *Snapshot, *packedRow) bool
	// known are the verdicts of what was looked at, by number; 0 for what was not.
	known []Verdict
}

// verdictKnown is added to a verdict that is kept.
const verdictKnown Verdict = 1

func newRowJudge(f Filter, s *Snapshot) *rowJudge {
	j := &rowJudge{filter: f, rows: s}
	var slow []clause
	seen := map[*filterField]bool{}
	for i := range f.terms {
		t := &f.terms[i]
		c := clause{term: t}
		switch {
		case t.field == nil:
			c.word = newWordSearch(t.folded, s)
		case !t.negated:
			if seen[t.field] {
				continue
			}
			seen[t.field] = true
			c.field, c.term, c.part, c.row = t.field, nil, t.field.part, t.field.row
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
			v = verdict(c.word.matches(p))
			if c.term.negated {
				v = v.not()
			}
		case c.part != wholeEntry && c.known[c.part.of(p)] != 0:
			v = c.known[c.part.of(p)] - verdictKnown
		case c.row != nil:
			v = j.lookAtRow(c, p)
		default:
			if !read {
				j.rows.read(r, &j.entry)
				read = true
			}
			if v = j.look(c); c.part != wholeEntry {
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

// lookAtRow judges a row by a clause whose field can.
func (j *rowJudge) lookAtRow(c *clause, p *packedRow) Verdict {
	if c.term != nil {
		return verdict(c.row(c.term, j.rows, p) != c.term.negated)
	}
	for i := range j.filter.terms {
		if t := &j.filter.terms[i]; t.field == c.field && !t.negated && c.row(t, j.rows, p) {
			return Included
		}
	}
	return Excluded
}

// look judges the entry that was read by a clause.
func (j *rowJudge) look(c *clause) Verdict {
	switch {
	case c.field != nil:
		return j.filter.anyOf(c.field, &j.entry, nil)
	case c.term.negated:
		return c.term.judge(&j.entry, nil).not()
	}
	return c.term.judge(&j.entry, nil)
}

// wordSearch looks for a bare word in rows, as [term.matchesWord] does in entries.
type wordSearch struct {
	folded folded
	plain  bool // it can be in an id as ids are
	rows   *Snapshot
	texts  []bool // of each text that was looked at, whether it has the word
	looked []bool
	labels []Verdict // of each text that is one of labels, 0 for what was not looked at
	shared []Verdict // of what rows share, 0 for what was not looked at
	causes []Verdict // the same of causes
}

func newWordSearch(word string, s *Snapshot) *wordSearch {
	return &wordSearch{
		folded: newFolded(word), plain: isPlainID(word), rows: s, texts: make([]bool, s.texts.len()), labels: make([]Verdict, s.texts.len()), looked: make([]bool, s.texts.len()), shared: make([]Verdict, len(s.shared)), causes: make([]Verdict, len(s.causes)),
	}
}

func (w *wordSearch) matches(p *packedRow) bool {
	if w.inText(p.url) || w.inText(p.response) || w.inShared(p.shared) || w.inLabels(p.labels) || w.inCause(p.cause) {
		return true
	}
	in := w.folded.in
	if p.flags&plainIDs != 0 {
		in = w.folded.inASCII
		// They stand one after the other, and hardly ever is it in any.
		if !w.plain || !in(w.rows.ids.text(p.ids, int(p.runEnd))) {
			return false
		}
	}
	return in(w.rows.id(p)) || in(w.rows.messageID(p)) || in(w.rows.runID(p))
}

func (w *wordSearch) inText(n uint32) bool {
	if !w.looked[n] {
		w.looked[n], w.texts[n] = true, w.folded.in(w.rows.texts.get(n))
	}
	return w.texts[n]
}

func (w *wordSearch) inLabels(n uint32) bool {
	if w.labels[n] == 0 {
		w.labels[n] = verdict(anyLabel(w.rows.texts.get(n), w.folded.in)) + verdictKnown
	}
	return w.labels[n] == Included+verdictKnown
}

func (w *wordSearch) inCause(n uint32) bool {
	if w.causes[n] == 0 {
		w.causes[n] = verdict(w.inText(w.rows.causes[n].step)) + verdictKnown
	}
	return w.causes[n] == Included+verdictKnown
}

func (w *wordSearch) inShared(n uint32) bool {
	if w.shared[n] == 0 {
		f := w.rows.shared[n]
		w.shared[n] = verdict(w.folded.in(f.queue) || w.folded.in(f.group)) + verdictKnown
	}
	return w.shared[n] == Included+verdictKnown
}
