package model

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// GroupWork is the work of putting together all that is loaded: it grows with the number of rows, and so runs in a command.
type GroupWork struct {
	query   GroupQuery
	rows    Snapshot
	waiting map[Key]struct{}
	cleared []map[Key]struct{}
}

// Groups is the result of a [GroupWork].
type Groups struct {
	By    Grouping
	All   []Group
	Total int       // entries
	From  time.Time // of the counts over time
	Seen  int       // rows of the store that were there
	// Waiting is how many entries wait to be taken in, and Newcomers are where they belong: to a group that is not there yet
	// first, then by their number.
	Waiting   int
	Newcomers []Arrivals
}

// Arrivals are entries that wait to be taken in and belong to one group.
type Arrivals struct {
	Key   string // of the group
	Cause Cause  // of one of them
	N     int
	// New tells that there is no such group yet.
	New bool
}

// BeginGroups prepares the grouping of what is loaded of the lists, newcomers that wait and what was taken off left out.
// The time of the counts is that of all failures.
func BeginGroups(store *Store, lists []*Listing, q GroupQuery) GroupWork {
	w := GroupWork{query: q, rows: store.Snapshot(), waiting: map[Key]struct{}{}}
	for _, l := range lists {
		maps.Copy(w.waiting, l.waiting)
		w.cleared = append(w.cleared, l.cleared)
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
	var waiting []Row
	var from time.Time
	for r := Row(0); int(r) < w.rows.Len(); r++ {
		e := w.rows.At(r)
		if replaced[r] {
			continue
		}
		if _, waits := w.waiting[e.Key]; waits {
			waiting = append(waiting, r)
			continue
		}
		if w.isCleared(e.Key) {
			continue
		}
		if at := e.FailedAt; !at.IsZero() && (from.IsZero() || at.Before(from)) {
			from = at
		}
		rows = append(rows, r)
	}
	w.query.From, w.query.To = from, w.query.Now
	g := Groups{
		By: w.query.By, All: w.rows.GroupBy(rows, w.query), Total: len(rows), From: from, Seen: w.rows.Len(), Waiting: len(waiting),
	}
	g.place(w.rows, waiting, w.query)
	return g
}

func (w *GroupWork) isCleared(k Key) bool {
	for _, cleared := range w.cleared {
		if _, off := cleared[k]; off {
			return true
		}
	}
	return false
}

// place tells where newcomers belong.
func (g *Groups) place(s Snapshot, waiting []Row, q GroupQuery) {
	if len(waiting) == 0 {
		return
	}
	all := make(map[string]*Group, len(g.All))
	for i := range g.All {
		all[g.All[i].Key] = &g.All[i]
	}
	at := map[string]int{}
	for _, r := range waiting {
		e := s.At(r)
		for _, c := range q.commons(e, nil) {
			key := q.key(c)
			i, known := at[key]
			if !known {
				i = len(g.Newcomers)
				at[key] = i
				g.Newcomers = append(g.Newcomers, Arrivals{Key: key, Cause: e.Cause, New: all[key] == nil})
			}
			g.Newcomers[i].N++
			if group := all[key]; group != nil {
				group.arrived(e, q.Now)
			}
		}
	}
	slices.SortStableFunc(g.Newcomers, func(a, b Arrivals) int {
		if a.New != b.New {
			if a.New {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Key, b.Key))
	})
}

// arrived takes note of a newcomer: that failures still come must not wait until it is taken in.
func (g *Group) arrived(e *Entry, now time.Time) {
	g.Newcomers++
	if e.FailedAt.IsZero() {
		return
	}
	if e.FailedAt.After(g.Last) {
		g.Last = e.FailedAt
	}
	if now.Sub(e.FailedAt) <= RecentFailures {
		g.Recent++
	}
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
