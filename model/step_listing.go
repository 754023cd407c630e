package model

// AdoptSteps shows what the store has beyond the first known rows since steps were taken. Where a text decides whether an entry
// is shown, that is as it was until the next [Listing.Refilter].
func (l *Listing) AdoptSteps(known int) {
	rows := l.since(known)
	for _, r := range rows {
		if old, replaced := l.store.older[r]; replaced {
			l.texts.renew(old, r)
		}
	}
	l.show(rows)
	l.countWaiting()
}

// renew puts a row in the place of another whose texts are the same.
func (s *textSearch) renew(old, row Row) {
	if v, decided := s.verdicts[old]; decided {
		s.verdicts[row] = v
	}
	if _, missing := s.missing[old]; missing {
		s.missing[row] = struct{}{}
	}
	s.forget(old)
}
