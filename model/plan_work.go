package model

import (
	"cmp"
	"errors"
	"fmt"
	"time"
)

// PlanWork is the work of freezing a plan. It has taken the list and the marks as they were when the plan was asked for, and
// grows with the number of entries: of many it runs in a command.
type PlanWork struct {
	kind    Kind
	Acted   func(Key) bool // as in the request; for a command, one that has captured what it needs
	group   []*Entry
	rows    []Row
	entries Snapshot
	marked  map[Key]struct{}
	hidden  int
	shown   []*Entry // the marked ones, of few
	current *Entry   // nil in an empty list
	gives   []Gives
	plan    Plan
	whole   bool
	server  ServerFilter
	can     bool // the server can do the filter exactly, and all that it lets through is loaded
}

// fewMarks is how many marks are looked up one by one.
const fewMarks = 100

// BeginPlan takes what a plan is made of.
func BeginPlan(r PlanRequest) PlanWork {
	l := r.List
	w := PlanWork{
		kind: l.kind, Acted: r.Acted, group: r.Group, gives: r.Gives, rows: l.rows[:len(l.rows):len(l.rows)], entries: l.store.Snapshot(), whole: l.Whole(),
		plan: Plan{Verb: r.Verb, Operation: r.Operation, FrozenAt: r.Now, Newcomers: l.Waiting()},
	}
	w.current, _ = l.Current()
	w.server, w.can = l.Filter().OnServer(l.Kind())
	w.can = w.can && l.Complete()
	switch {
	case r.Group != nil:
	case l.Marks.Len() > fewMarks:
		w.marked = l.Marks.lend()
	case l.Marks.Len() > 0:
		w.shown, w.hidden = l.Marked()
	}
	return w
}

// Len is how many entries are looked at: about as many as the plan will have.
func (w PlanWork) Len() int { return max(len(w.marked), len(w.shown), len(w.group)) }

// Run freezes the plan. It is pure as far as the request's functions are, and may run anywhere. The error says why there is
// nothing to plan.
func (w PlanWork) Run() (Plan, error) {
	p := w.plan
	if !p.Verb.Takes(w.kind) {
		return Plan{}, fmt.Errorf("%s is not for %s", p.Verb, w.kind.Noun(2))
	}
	marks := len(w.marked) + len(w.shown) + w.hidden
	if w.current == nil && marks == 0 && w.group == nil {
		return Plan{}, fmt.Errorf("there is nothing to %s: the list is empty", p.Verb)
	}
	entries := []*Entry{w.current}
	switch {
	case w.group != nil:
		entries = w.group
		p.Partial = !w.whole
	case marks > 0:
		entries, p.Hidden = w.chosen()
		if len(entries) == 0 {
			return Plan{}, fmt.Errorf("nothing to %s: all %d marked entries are hidden by the filter (u unmarks them)", p.Verb, p.Hidden)
		}
		if !w.has(w.current) {
			e := *w.current
			p.CursorOutside = &e
		}
	}
	keys := make([]Key, 0, len(entries))
	p.Entries = make([]Entry, 0, len(entries))
	for _, e := range entries {
		if w.Acted(e.Key) {
			p.Acted++
			continue
		}
		if p.Verb == RerunFailureFunction && e.FailureState != "CALLBACK_FAIL" {
			p.Unfit = append(p.Unfit, cmp.Or(e.WorkflowRunID, e.Key.ID))
			continue
		}
		keys = append(keys, e.Key)
		p.Entries = append(p.Entries, *e)
		w.giveBack(&p, e)
	}
	if len(keys) == 0 && len(p.Unfit) > 0 {
		return Plan{}, errors.New("nothing to run again: the failure function has not failed")
	}
	if len(keys) == 0 {
		return Plan{}, fmt.Errorf("nothing to %s: it was already acted on (r reads the list again)", p.Verb)
	}
	var err error
	p.Selection, err = NewSelection(keys...)
	if err == nil && w.can && p.Verb.Creates() && w.group == nil && len(keys) == len(w.rows) && len(keys) > MaxSingle {
		p.Filterable, _ = NewMatching(p.Selection.DLQ(), w.kind, w.server)
	}
	return p, err
}

// giveBack lets an entry that came back of a job get back what the job had replaced.
func (w PlanWork) giveBack(p *Plan, e *Entry) {
	for i := len(w.gives) - 1; i >= 0; i-- {
		back, known, mine := w.gives[i].For(e)
		if !mine {
			continue
		}
		p.give(e.Key, back)
		if !known {
			p.Unknown++
		}
		return
	}
}

// chosen are the marked entries that are shown, in the order of the list, and how many are hidden.
func (w PlanWork) chosen() (shown []*Entry, hidden int) {
	if w.marked == nil {
		return w.shown, w.hidden
	}
	for _, r := range w.rows {
		if _, marked := w.marked[w.entries.Key(r)]; marked {
			shown = append(shown, w.entries.At(r))
		}
	}
	return shown, len(w.marked) - len(shown)
}

// has tells whether an entry is marked.
func (w PlanWork) has(e *Entry) bool {
	if w.marked != nil {
		_, marked := w.marked[e.Key]
		return marked
	}
	for _, s := range w.shown {
		if s.Key == e.Key {
			return true
		}
	}
	return false
}

// Digest is what the entries of a plan come to, for who is to confirm it.
type Digest struct {
	Destinations, Statuses []Count
	Oldest, Newest         time.Time // of the failures; zero when unknown
	Oddest                 *Entry    // nil when all are alike
	Advice                 []Advice
	Summary                Summary
}

// Digest sums the plan up, with what came back by the lineage. It grows with the number of entries.
func (p *Plan) Digest(now time.Time, l *Lineage) Digest {
	d := Digest{Destinations: p.ByDestination(), Statuses: p.ByStatus(), Advice: p.Advice(now, l), Summary: p.Summary()}
	d.Oldest, d.Newest = p.Ages()
	if e, some := p.Oddest(); some {
		d.Oddest = e
	}
	return d
}
