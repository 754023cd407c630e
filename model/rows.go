package model

import (
	"slices"
	"sort"
)

// show brings the list up to date with the entries of rows: what is to be shown is put in, what has changed takes the
// place of what it was, and what is held back or does not match any more is taken off.
func (l *Listing) show(rows []Row) {
	var fresh []Row
	var off []int
	copied := false
	for _, r := range rows {
		k := l.store.Key(r)
		if k.Kind != l.kind {
			continue
		}
		r, _ = l.store.Find(k)
		i, there := l.find(r)
		unchanged := there && l.rows[i] == r
		shown := !l.heldBack(k) && (unchanged || l.matches(r))
		switch {
		case there && !shown:
			off = append(off, i)
		case there && l.compare(l.rows[i], r) != 0:
			off, fresh = append(off, i), append(fresh, r)
		case there && !unchanged:
			if !copied {
				l.rows, copied = slices.Clone(l.rows), true
			}
			l.rows[i] = r
		case !there && shown:
			fresh = append(fresh, r)
		}
	}
	slices.SortFunc(fresh, l.compare)
	fresh = slices.Compact(fresh)
	if len(off) > 0 || len(fresh) > 0 {
		l.keepCursor(func() { l.merge(fresh, off) })
	}
}

// merge puts rows in, which are in order, and takes those at the places off away.
func (l *Listing) merge(fresh []Row, off []int) {
	if len(off) == 0 && (len(l.rows) == 0 || l.compare(l.rows[len(l.rows)-1], fresh[0]) < 0) {
		l.rows = append(l.rows, fresh...)
		return
	}
	slices.Sort(off)
	off = slices.Compact(off)
	kept := l.rows
	if len(off) > 0 {
		kept = make([]Row, 0, len(l.rows))
		i := 0
		for _, n := range off {
			kept = append(kept, l.rows[i:n]...)
			i = n + 1
		}
		kept = append(kept, l.rows[i:]...)
	}
	merged := make([]Row, 0, len(kept)+len(fresh)+PageSize)
	i := 0
	for _, r := range fresh {
		n := i + sort.Search(len(kept)-i, func(k int) bool { return l.compare(kept[i+k], r) > 0 })
		merged = append(append(merged, kept[i:n]...), r)
		i = n
	}
	l.rows = append(merged, kept[i:]...)
}

// find is the place of the row's entry in the list, by whichever row it is shown; when it is not, the place where the row
// would be.
func (l *Listing) find(r Row) (int, bool) {
	at, there := l.place(r)
	if there {
		return at, true
	}
	for v, ok := l.store.Find(l.store.Key(r)); ok; v, ok = l.store.older[v] {
		if i, there := l.place(v); there {
			return i, true
		}
	}
	return at, false
}

// rowKey is the key of a row, which is put together from what is kept of it.
type rowKey struct {
	row Row
	Key
}

// Key is the key of the i-th entry shown.
func (l *Listing) Key(i int) Key {
	r := l.rows[i]
	k := &l.keys[int(r)%len(l.keys)]
	if k.IsZero() || k.row != r {
		*k = rowKey{r, l.store.Key(r)}
	}
	return k.Key
}

// At is the i-th entry shown, put together anew.
func (l *Listing) At(i int) *Entry {
	e := new(Entry)
	l.store.readAs(l.Key(i), l.rows[i], e)
	return e
}

func (l *Listing) place(r Row) (int, bool) {
	i := sort.Search(len(l.rows), func(i int) bool { return l.compare(l.rows[i], r) >= 0 })
	return i, i < len(l.rows) && l.store.sameKey(l.rows[i], r)
}

func (l *Listing) compare(a, b Row) int { return l.store.compare(l.sorting, a, b) }

// compareNewestFirst orders by time of failure. The server's order is not relied on.
func compareNewestFirst(a, b *Entry) int {
	ta, _ := a.When()
	tb, _ := b.When()
	if c := tb.Compare(ta); c != 0 {
		return c
	}
	if a.Sequence != b.Sequence {
		if a.Sequence > b.Sequence {
			return -1
		}
		return 1
	}
	switch {
	case a.Key.ID < b.Key.ID:
		return -1
	case a.Key.ID > b.Key.ID:
		return 1
	}
	return 0
}
