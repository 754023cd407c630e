package model

import "slices"

// TakeIn is [Listing.TakeInWithout] of the entries that it is true of.
func (l *Listing) TakeIn(off func(Key) bool) {
	var keys []Key
	for r := range Row(l.store.Len()) {
		if k := l.store.At(r).Key; off(k) {
			keys = append(keys, k)
		}
	}
	l.TakeInWithout(keys)
}

// JudgeRows are the verdicts on all rows of the store.
func (s *Store) JudgeRows(f Filter) (verdicts []Verdict) {
	now := s.Snapshot()
	j := newRowJudge(f, &now)
	for r := range Row(s.Len()) {
		verdicts = append(verdicts, j.judge(r))
	}
	return verdicts
}

// CompareRows compares two rows, CompareEntries their entries.
func (s *Store) CompareRows(by Sorting, a, b Row) int { return s.compare(by, a, b) }

// CompareEntries is what [Store.CompareRows] must agree with.
func CompareEntries(by Sorting, a, b *Entry) int { return by.compare(a, b) }

// FromScratch is what is to be shown, by nothing but the entries.
func (l *Listing) FromScratch() (keys []Key) {
	replaced := map[Row]bool{}
	for _, r := range l.store.replaced {
		replaced[r] = true
	}
	var entries []*Entry
	for r := range Row(l.store.Len()) {
		e := l.store.At(r)
		if e.Key.Kind == l.kind && !replaced[r] && !l.heldBack(e.Key) && l.filter.JudgeIn(l.texts.bodies, e) == Included {
			entries = append(entries, e)
		}
	}
	slices.SortFunc(entries, l.sorting.compare)
	for _, e := range entries {
		keys = append(keys, e.Key)
	}
	return keys
}

// Spared tells whether an earlier result spares looking at some rows.
func (b Rebuild) Spared() bool { return b.most != nil || b.least != nil }

// Narrows is whether the filter is known to let through no more than another.
func (f Filter) Narrows(o Filter) bool { return f.narrows(o) }
