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
		Generation: l.viewGeneration, Filter: f, kind: l.kind, sorting: l.nextSorting,
		rows: l.store.Snapshot(), waiting: maps.Clone(l.waiting), cleared: l.cleared,
		bodies: l.texts.bodies, latest: l.texts.latest,
	}
}

// Run filters and sorts. It is pure but for the bodies, and may run anywhere. It ends early, with a result that is not
// wanted any more, when a later one was begun.
func (b Rebuild) Run() Rebuilt {
	done := Rebuilt{
		Generation: b.Generation, sorting: b.sorting, seen: b.rows.Len(), waiting: b.waiting, cleared: b.cleared,
		verdicts: map[Row]bool{},
	}
	replaced := make([]bool, b.rows.Len())
	for _, r := range b.rows.replaced {
		replaced[r] = true
	}
	rows := make([]Row, 0, 1024)
	for r := Row(0); int(r) < b.rows.Len(); r++ {
		e := b.rows.At(r)
		if replaced[r] || e.Key.Kind != b.kind {
			continue
		}
		if b.latest.Load() != b.Generation {
			break
		}
		v := b.Filter.Judge(e, nil)
		if v == Undecided {
			if v = b.Filter.JudgeIn(b.bodies, e); v == Undecided {
				done.missing = append(done.missing, r)
			} else {
				done.verdicts[r] = v == Included
			}
		}
		if v != Included {
			continue
		}
		if _, no := b.waiting[e.Key]; no {
			continue
		}
		if _, no := b.cleared[e.Key]; no {
			continue
		}
		rows = append(rows, r)
	}
	slices.SortFunc(rows, func(x, y Row) int { return b.rows.compare(b.sorting, x, y) })
	done.rows = rows
	return done
}

// ApplyRebuilt shows the result, unless the filter has changed since. The cursor stays on its entry if that is still
// shown, else on the one that follows in order.
func (l *Listing) ApplyRebuilt(b Rebuilt) bool {
	if b.Generation != l.viewGeneration {
		return false
	}
	l.keepCursor(func() {
		l.rows, l.sorting = b.rows, b.sorting
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
