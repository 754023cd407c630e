package model

import "slices"

// gap is what lies between the newcomers that were looked at and the entries that are known.
type gap struct {
	open    bool
	filling bool // the newcomers were taken in, and so is what lies behind them
	cursor  string
	before  Row // what was stored before this row lies behind the gap
}

// Refresh reads the first page again, for newcomers, unless that is under way; of a server that lists the oldest first, the
// last page. Those that were asked in are shown at once.
func (l *Listing) Refresh(askedIn bool) (Fetch, bool) {
	if l.refreshing || !l.walk.started {
		return Fetch{}, false
	}
	l.refreshing = true
	f := l.fetch(Newcomers, "")
	if l.walk.oldestFirst && l.walk.done {
		f.Query.Cursor = l.walk.last
	}
	if askedIn {
		f.Purpose = Newest
	}
	f.before = Row(l.store.Len())
	if l.gap.open {
		f.before = l.gap.before
	}
	return f, true
}

// isOldestFirst tells whether a page is in the order that the API does not have by all evidence, but does not rule out.
func isOldestFirst(entries []Entry) bool {
	if len(entries) < 2 {
		return false
	}
	first, _ := entries[0].When()
	last, _ := entries[len(entries)-1].When()
	return first.Before(last)
}

// meetsKnown tells whether an entry of the page was known before, so that what follows it is known as well.
func (l *Listing) meetsKnown(entries []Entry, before Row) bool {
	return slices.ContainsFunc(entries, func(e Entry) bool {
		row, known := l.store.Find(e.Key)
		return known && row < before && e.Key.Kind == l.kind
	})
}
