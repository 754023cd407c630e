package model

import (
	"maps"
	"time"
)

// GroupWork is the work of putting together all that is loaded: it grows with the number of rows, and so runs in a command.
type GroupWork struct {
	query GroupQuery
	rows  Snapshot
	held  map[Key]struct{}
}

// Groups is the result of a [GroupWork].
type Groups struct {
	By    Grouping
	All   []Group
	Total int       // entries
	From  time.Time // of the counts over time
	Seen  int       // rows of the store that were there
}

// BeginGroups prepares the grouping of what is loaded of the lists, newcomers that wait and what was taken off left out.
// The time of the counts is that of all failures.
func BeginGroups(store *Store, lists []*Listing, q GroupQuery) GroupWork {
	w := GroupWork{query: q, rows: store.Snapshot(), held: map[Key]struct{}{}}
	for _, l := range lists {
		maps.Copy(w.held, l.waiting)
		maps.Copy(w.held, l.cleared)
	}
	return w
}

// Run groups. It is pure, and may run anywhere.
func (w GroupWork) Run() Groups {
	replaced := make([]bool, w.rows.Len())
	for _, r := range w.rows.replaced {
		replaced[r] = true
	}
	rows := make([]Row, 0, w.rows.Len())
	var from time.Time
	for r := Row(0); int(r) < w.rows.Len(); r++ {
		e := w.rows.At(r)
		if replaced[r] {
			continue
		}
		if _, held := w.held[e.Key]; held {
			continue
		}
		if at := e.FailedAt; !at.IsZero() && (from.IsZero() || at.Before(from)) {
			from = at
		}
		rows = append(rows, r)
	}
	w.query.From, w.query.To = from, w.query.Now
	return Groups{By: w.query.By, All: w.rows.GroupBy(rows, w.query), Total: len(rows), From: from, Seen: w.rows.Len()}
}

// Kind is the kind of the group's entries, and whether all are of it.
func (g *Group) Kind(s *Store) (k Kind, all bool) {
	for i, r := range g.Rows {
		e := s.At(r)
		if i == 0 {
			k = e.Key.Kind
		}
		if e.Key.Kind != k {
			return k, false
		}
	}
	return k, len(g.Rows) > 0
}

// Entries are the entries of the group, as they are now; those that were read anew since are as they were read.
func (g *Group) Entries(s *Store) []*Entry {
	out := make([]*Entry, 0, len(g.Rows))
	for _, r := range g.Rows {
		if now, known := s.Find(s.At(r).Key); known {
			r = now
		}
		out = append(out, s.At(r))
	}
	return out
}

// Term is the term of a filter that lets through what is in the group; "" when there is none.
func (g *Group) Term(by Grouping, s *Store) string {
	if len(g.Rows) == 0 {
		return ""
	}
	e := s.At(g.Rows[0])
	name := map[Grouping]string{
		PerCause: "cause", PerStatus: "status", PerDestination: "url", PerQueue: "queue", PerURLGroup: "group", PerSchedule: "schedule",
		PerLabel: "label", PerClass: "class", PerStep: "step",
	}[by]
	value := g.Key
	if by == PerDestination {
		value = e.URL
	}
	if value == "" {
		return ""
	}
	for _, f := range filterFields {
		if f.name == name {
			t := term{field: f, value: value}
			if t.read(time.Time{}) != "" {
				return ""
			}
			return Filter{[]term{t}}.String()
		}
	}
	return ""
}
