package model

import (
	"maps"
	"slices"
)

// Rebuild is the work of applying a filter to all that is loaded: it grows with the number of rows, and so runs in a
// command, over a snapshot.
type Rebuild struct {
	Generation uint64
	Filter     Filter
	kind       Kind
	rows       Snapshot
	waiting    map[Key]Row
	cleared    map[Key]struct{}
}

// Rebuilt is the result of a [Rebuild].
type Rebuilt struct {
	Generation uint64
	rows       []Row
	seen       int
}

// Refilter begins a change of the filter. Until [Listing.ApplyRebuilt] the old rows stay. With ask, the pages that
// follow are those that the server has for the new filter; without, the walk goes on as it was (a preview).
func (l *Listing) Refilter(f Filter, ask bool) Rebuild {
	l.filter = f
	l.viewGeneration++
	l.countWaiting()
	if ask {
		if server := f.Server(l.kind); server.Identity() != l.walk.server.Identity() {
			l.pageGeneration++
			l.fetching, l.refreshing, l.loadAll = false, false, false
			l.enter(server)
		}
		l.unasked = 0
	}
	return Rebuild{
		Generation: l.viewGeneration, Filter: f, kind: l.kind,
		rows: l.store.Snapshot(), waiting: maps.Clone(l.waiting), cleared: l.cleared,
	}
}

// Run filters and sorts. It is pure, and may run anywhere.
func (b Rebuild) Run() Rebuilt {
	newest := make([]Row, 0, 1024)
	for r := Row(0); int(r) < b.rows.Len(); r++ {
		e := b.rows.At(r)
		if e.Key.Kind != b.kind || !b.Filter.Match(e) {
			continue
		}
		if _, no := b.waiting[e.Key]; no {
			continue
		}
		if _, no := b.cleared[e.Key]; no {
			continue
		}
		newest = append(newest, r)
	}
	slices.SortFunc(newest, func(x, y Row) int {
		if c := compareNewestFirst(b.rows.At(x), b.rows.At(y)); c != 0 {
			return c
		}
		return int(y - x)
	})
	// Of the rows of one entry, which stand together now, the last stored is the true one.
	newest = slices.CompactFunc(newest, func(x, y Row) bool { return b.rows.At(x).Key == b.rows.At(y).Key })
	return Rebuilt{Generation: b.Generation, rows: newest, seen: b.rows.Len()}
}

// ApplyRebuilt shows the result, unless the filter has changed since. The cursor stays on its entry if that is still
// shown, else on the one that follows in order.
func (l *Listing) ApplyRebuilt(b Rebuilt) bool {
	if b.Generation != l.viewGeneration {
		return false
	}
	line := l.cursor - l.top
	var at Row = -1
	if l.cursor < len(l.rows) {
		at = l.rows[l.cursor]
	}
	l.rows = b.rows
	l.cursor, l.top = 0, 0
	if at >= 0 {
		l.cursor, _ = l.find(at)
		l.top = l.cursor - line
	}
	l.clamp(len(l.rows))
	l.Adopt(b.seen)
	return true
}
