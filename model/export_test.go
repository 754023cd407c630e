package model

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
