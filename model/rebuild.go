package model

import (
	"slices"
	"sync/atomic"
)

// Rebuild is the work of applying a filter to all that is loaded: it grows with the number of rows, and so runs in a
// command, over a snapshot.
type Rebuild struct {
	Generation  uint64
	Filter      Filter
	kind        Kind
	sorting     Sorting
	rows        Snapshot
	ordered     orderedRows
	held        rowSet // not shown though they may match
	heldVersion uint64
	// Of the rows that they know, all that may match are in most, and all in least do. Both may be nil.
	most, least *earlierResult
	bodies      Bodies
	latest      *atomic.Uint64
}

// Rebuilt is the result of a [Rebuild].
type Rebuilt struct {
	Generation  uint64
	sorting     Sorting
	rows        []Row
	ordered     orderedRows // all rows, in the same order
	held        rowSet
	heldVersion uint64
	result      *earlierResult
	looked      []lookedIn
	missing     []Row
}

// lookedIn is a row whose texts were looked in.
type lookedIn struct {
	row     Row
	matches bool
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
	b := Rebuild{
		Generation: l.viewGeneration, Filter: f, kind: l.kind, sorting: l.nextSorting, ordered: l.orderedBy(l.nextSorting),
		rows: l.store.Snapshot(), held: l.held(), heldVersion: l.heldVersion, bodies: l.texts.bodies, latest: l.texts.latest,
	}
	b.most, b.least = l.earlier.around(f)
	return b
}

// orderedBy are some of the rows in an order, as many as are known to be in it.
func (l *Listing) orderedBy(s Sorting) orderedRows {
	switch {
	case l.sorting != s:
		return orderedRows{}
	case len(l.rows) > len(l.ordered.rows):
		return orderedRows{rows: l.rows[:len(l.rows):len(l.rows)]}
	}
	return l.ordered
}

// Run filters and sorts. It is pure but for the bodies, and may run anywhere. It ends early, with a result that is not
// wanted any more, when a later one was begun.
func (b Rebuild) Run() Rebuilt {
	w := b.Begin()
	w.Work()
	return w.Done()
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
		if !l.filter.IsEmpty() {
			l.earlier = l.earlier.with(b.result)
		}
		// Since the work began pages may have come, and newcomers may have been taken in and entries taken off.
		since := append(l.since(b.ordered.seen), l.takeVerdicts(b)...)
		if b.heldVersion != l.heldVersion {
			since = append(append(since, b.held.all()...), l.held().all()...)
		}
		l.show(since)
	})
	return true
}

// orderedRows are rows in an order.
type orderedRows struct {
	rows []Row
	// seen is how many rows there were when these were all of the kind but for replaced ones; 0 when they may be fewer.
	seen, replaced int
}

// orderAll is all rows of the kind in order: those that are known to be, with the others sorted in between.
func (b *Rebuild) orderAll() orderedRows {
	known := b.ordered
	all := orderedRows{seen: b.rows.Len(), replaced: len(b.rows.replaced)}
	if known.seen == all.seen {
		return known
	}
	replaced := newRowSet(all.seen)
	for _, r := range b.rows.replaced {
		replaced.add(r)
	}
	inOrder := known.rows
	if known.seen == 0 || known.replaced != all.replaced {
		inOrder = make([]Row, 0, len(known.rows))
		for _, r := range known.rows {
			if !replaced.has(r) {
				inOrder = append(inOrder, r)
			}
		}
	}
	there := rowSet(nil)
	if known.seen == 0 {
		there = newRowSet(all.seen)
		for _, r := range inOrder {
			there.add(r)
		}
	}
	var others []Row
	for r := Row(known.seen); int(r) < all.seen; r++ { //nolint:gosec // it is a row
		if !there.has(r) && !replaced.has(r) && b.rows.kind(r) == b.kind {
			others = append(others, r)
		}
	}
	compare := func(x, y Row) int { return b.rows.compare(b.sorting, x, y) }
	slices.SortFunc(others, compare)
	all.rows = make([]Row, 0, len(inOrder)+len(others))
	for _, r := range others {
		n, _ := slices.BinarySearchFunc(inOrder, r, compare)
		all.rows = append(append(all.rows, inOrder[:n]...), r)
		inOrder = inOrder[n:]
	}
	all.rows = append(all.rows, inOrder...)
	return all
}
