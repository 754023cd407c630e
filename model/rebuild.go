package model

import (
	"maps"
	"slices"
	"sync/atomic"
)

// Rebuild is the work of applying a filter to all that is loaded: it grows with the number of rows, and so runs in a
// command, over a snapshot.
type Rebuild struct {
	Generation uint64
	Filter     Filter
	kind       Kind
	sorting    Sorting
	rows       Snapshot
	ordered    []Row // some of the rows, in the order of sorting
	waiting    map[Key]struct{}
	cleared    map[Key]struct{}
	bodies     Bodies
	latest     *atomic.Uint64
}

// Rebuilt is the result of a [Rebuild].
type Rebuilt struct {
	Generation uint64
	sorting    Sorting
	rows       []Row
	ordered    []Row // all rows, in the same order
	seen       int
	waiting    map[Key]struct{}
	cleared    map[Key]struct{}
	verdicts   map[Row]bool
	missing    []Row
}

// Refilter begins a change of the filter. Until [Listing.ApplyRebuilt] the old rows stay. With ask, the pages that
// follow are those that the server has for the new filter; without, the walk goes on as it was (a preview).
func (l *Listing) Refilter(f Filter, ask bool) Rebuild {
	l.filter = f
	l.viewGeneration++
	l.texts.latest.Store(l.viewGeneration)
	l.texts.reset()
	l.jump = 0
	l.countWaiting()
	if ask {
		if server := f.Server(l.kind); server.Identity() != l.walk.server.Identity() {
			l.pageGeneration++
			l.fetching, l.refreshing, l.loadAll, l.gap = false, false, false, gap{}
			l.enter(server)
		}
		l.unasked = 0
	}
	return Rebuild{
		Generation: l.viewGeneration, Filter: f, kind: l.kind, sorting: l.nextSorting, ordered: l.orderedBy(l.nextSorting),
		rows: l.store.Snapshot(), waiting: maps.Clone(l.waiting), cleared: l.cleared,
		bodies: l.texts.bodies, latest: l.texts.latest,
	}
}

// orderedBy are some of the rows in an order, as many as are known to be in it.
func (l *Listing) orderedBy(s Sorting) []Row {
	switch {
	case l.sorting != s:
		return nil
	case len(l.rows) > len(l.ordered):
		return l.rows[:len(l.rows):len(l.rows)]
	}
	return l.ordered
}

// Run filters and sorts. It is pure but for the bodies, and may run anywhere. It ends early, with a result that is not
// wanted any more, when a later one was begun.
func (b Rebuild) Run() Rebuilt {
	done := Rebuilt{
		Generation: b.Generation, sorting: b.sorting, seen: b.rows.Len(), waiting: b.waiting, cleared: b.cleared,
		verdicts: map[Row]bool{},
	}
	judge := newRowJudge(b.Filter, &b.rows)
	done.ordered = b.order()
	done.rows = make([]Row, 0, 1024)
	for _, r := range done.ordered {
		if b.latest.Load() != b.Generation {
			break
		}
		v := judge.judge(r)
		if v == Undecided {
			if v = b.Filter.JudgeIn(b.bodies, b.rows.At(r)); v == Undecided {
				done.missing = append(done.missing, r)
			} else {
				done.verdicts[r] = v == Included
			}
		}
		if v == Included && !b.heldBack(r) {
			done.rows = append(done.rows, r)
		}
	}
	return done
}

// heldBack tells whether a row is not shown though it matches.
func (b *Rebuild) heldBack(r Row) bool {
	if len(b.waiting)+len(b.cleared) == 0 {
		return false
	}
	k := b.rows.Key(r)
	_, waits := b.waiting[k]
	_, off := b.cleared[k]
	return waits || off
}

// order is all rows of the kind in order: those that are known to be, with the others sorted in between.
func (b *Rebuild) order() []Row {
	const known, replaced = 1, 2
	state := make([]uint8, b.rows.Len())
	for _, r := range b.ordered {
		state[r] |= known
	}
	for _, r := range b.rows.replaced {
		state[r] |= replaced
	}
	var others []Row
	for r := range Row(b.rows.Len()) {
		if state[r] == 0 && b.rows.kind(r) == b.kind {
			others = append(others, r)
		}
	}
	compare := func(x, y Row) int { return b.rows.compare(b.sorting, x, y) }
	slices.SortFunc(others, compare)
	all := make([]Row, 0, len(b.ordered)+len(others))
	for _, r := range b.ordered {
		if state[r]&replaced != 0 {
			continue
		}
		n := 0
		for n < len(others) && compare(others[n], r) < 0 {
			n++
		}
		all = append(append(all, others[:n]...), r)
		others = others[n:]
	}
	return append(all, others...)
}

// ApplyRebuilt shows the result, unless the filter has changed since. The cursor stays on its entry if that is still
// shown, else on the one that follows in order.
func (l *Listing) ApplyRebuilt(b Rebuilt) bool {
	if b.Generation != l.viewGeneration {
		return false
	}
	l.keepCursor(func() {
		l.rows, l.sorting, l.ordered = b.rows, b.sorting, b.ordered
		l.shownGeneration = b.Generation
		// Since the work began pages may have come, and newcomers may have been taken in and entries taken off.
		since := append(l.since(b.seen), l.takeVerdicts(b)...)
		for _, keys := range []map[Key]struct{}{b.waiting, b.cleared, l.cleared} {
			for k := range keys {
				if r, ok := l.store.Find(k); ok {
					since = append(since, r)
				}
			}
		}
		l.show(since)
	})
	return true
}
