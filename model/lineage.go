package model

import (
	"maps"
	"slices"
	"strings"
	"time"
)

const (
	// MostKnown is how many messages and runs a [Lineage] knows to be created by operations; of more, the first are forgotten.
	MostKnown = 100_000
	// sealedAt is how many are taken in before they are put away, so that a snapshot need not copy them.
	sealedAt = 4096
	// PastOperations is how many earlier operations are worth looking in.
	PastOperations = 100
)

// History is a record that knows operations of earlier sessions that have ended.
type History interface {
	// Past are the n operations that began last of those that have ended, the latest first.
	Past(n int) ([]Recorded, error)
	// LeftInDoubt are the entries that all of those that are kept left in doubt.
	LeftInDoubt() (Doubt, error)
}

// Origin is the operation that an entry came of.
type Origin struct {
	// Operation is its label, such as redrive-1a2b3c4d.
	Operation string
	Verb      Verb
	At        time.Time // when it was confirmed; zero when only the label is known
}

// Lineage tells which entries came of an earlier operation: they were brought back before, and failed again. The zero
// Lineage knows those that carry the label of one. A copy made by [Lineage.Snapshot] may be read anywhere.
type Lineage struct {
	sealed []map[string]made // by the id of a message or run; never changed, the oldest first
	recent map[string]made
	named  map[string]Origin
}

// made is a message or run that an operation created.
type made struct {
	origin *Origin
	// runAt is when the run was created: one that was resumed may have kept its id.
	runAt time.Time
}

// LineageOf is what the record of operations, the latest first, tells of what they created. It takes time in proportion to it.
func LineageOf(past []Recorded) Lineage {
	l := Lineage{named: map[string]Origin{}}
	all := map[string]made{}
	for _, r := range past {
		o := originOf(&r.Operation)
		l.named[o.Operation] = o
		if !o.Verb.Creates() {
			continue
		}
		for _, c := range r.Calls {
			take(all, &o, c.Result.Created)
		}
		for _, n := range r.Notes {
			take(all, &o, []Created{n.Outcome.Created})
		}
		if len(all) >= MostKnown {
			break
		}
	}
	if len(all) > 0 {
		l.sealed = append(l.sealed, all)
	}
	return l
}

func originOf(o *Operation) Origin { return Origin{o.Name, o.Verb, o.At} }

// take notes what an operation created. What the server took for a duplicate was there before.
func take(all map[string]made, o *Origin, created []Created) {
	for _, c := range created {
		for _, id := range [...]string{c.MessageID, c.WorkflowRunID} {
			if id != "" && !c.Deduplicated {
				all[id] = made{o, c.WorkflowCreatedAt}
			}
		}
	}
}

// Add takes in what a call of the job created.
func (l *Lineage) Add(j *Job, created []Created) {
	if !j.Plan.Verb.Creates() || j.Plan.Operation == "" {
		return
	}
	o := Origin{j.Plan.Operation, j.Plan.Verb, j.Plan.FrozenAt}
	if l.recent == nil {
		l.recent = map[string]made{}
	}
	take(l.recent, &o, created)
	if _, known := l.named[o.Operation]; !known {
		l.named = maps.Clone(l.named)
		if l.named == nil {
			l.named = map[string]Origin{}
		}
		l.named[o.Operation] = o
	}
	if len(l.recent) < sealedAt {
		return
	}
	l.sealed, l.recent = append(slices.Clip(l.sealed), l.recent), nil
	known := 0
	for i, m := range slices.Backward(l.sealed) {
		if known += len(m); known > MostKnown && i > 0 {
			l.sealed = l.sealed[i:]
			break
		}
	}
}

// Join takes in what is known of operations before those that were added.
func (l *Lineage) Join(before Lineage) {
	l.sealed = slices.Concat(before.sealed, l.sealed)
	named := maps.Clone(before.named)
	if named == nil {
		named = map[string]Origin{}
	}
	maps.Copy(named, l.named)
	l.named = named
}

// Snapshot is the lineage as it is now.
func (l *Lineage) Snapshot() Lineage {
	return Lineage{sealed: slices.Clip(l.sealed), recent: maps.Clone(l.recent), named: l.named}
}

// Of is the operation that an entry came of: the one that created its message or its run, else the one whose label it carries.
func (l *Lineage) Of(e *Entry) (Origin, bool) {
	for _, id := range [...]string{e.MessageID, e.WorkflowRunID} {
		if id == "" {
			continue
		}
		if o, ok := l.created(id, e); ok {
			return o, true
		}
	}
	for _, label := range slices.Backward(e.Labels) {
		if strings.HasPrefix(label, LabelPrefix) {
			if o, ok := l.named[label]; ok {
				return o, true
			}
			return Origin{Operation: label}, true
		}
	}
	return Origin{}, false
}

func (l *Lineage) created(id string, e *Entry) (Origin, bool) {
	is := func(all map[string]made) bool {
		m, ok := all[id]
		return ok && (m.runAt.IsZero() || e.WorkflowCreatedAt.IsZero() || m.runAt.Equal(e.WorkflowCreatedAt))
	}
	if is(l.recent) {
		return *l.recent[id].origin, true
	}
	for _, all := range slices.Backward(l.sealed) {
		if is(all) {
			return *all[id].origin, true
		}
	}
	return Origin{}, false
}

// Words say of what an entry came, in the zone of now: `redrive-1a2b3c4d, 03:11`, with the day when that is not today.
func (o Origin) Words(now time.Time) string {
	if o.At.IsZero() {
		return o.Operation
	}
	at, form := o.At.In(now.Location()), "15:04"
	if at.Format(time.DateOnly) != now.Format(time.DateOnly) {
		form = "2006-01-02 15:04"
	}
	return o.Operation + ", " + at.Format(form)
}
