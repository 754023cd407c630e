package model

import "sync/atomic"

// textSearch is what is known of the entries that the filter can only decide by their texts.
type textSearch struct {
	bodies   Bodies
	verdicts map[Row]bool     // of those whose texts were looked in, whether they match
	missing  map[Row]struct{} // those whose texts were not kept
	due      map[Row]struct{} // those not looked at yet
	running  bool
	// reading is set while the list is read once more for the texts that are missing, walk how far that is.
	reading bool
	walk    walk
	// useless is set when that did not bring all: entries are gone, or there is no room for their texts.
	useless bool
	// latest is the newest generation, so that work for an older one can end early.
	latest *atomic.Uint64
}

func (s *textSearch) reset() {
	s.verdicts, s.missing, s.due = map[Row]bool{}, map[Row]struct{}{}, map[Row]struct{}{}
	s.running, s.reading, s.useless, s.walk = false, false, false, walk{}
}

// SearchIn lets the filter look for texts in b.
func (l *Listing) SearchIn(b Bodies) { l.texts.bodies = b }

// Searched is how many of the entries that only their texts can decide were looked in.
func (l *Listing) Searched() (looked, of int) {
	looked = len(l.texts.verdicts)
	return looked, looked + len(l.texts.missing) + len(l.texts.due)
}

// Exhausted tells whether nothing more can be loaded: the list is complete, or the texts that are missing cannot be had,
// since their entries are gone or larger than the room for them.
func (l *Listing) Exhausted() bool { return l.Complete() || l.texts.useless }

// matches tells whether the row is known to match. One that cannot be decided yet is looked in later.
func (l *Listing) matches(r Row) bool {
	l.store.read(r, &l.store.reading)
	switch l.filter.Judge(&l.store.reading, nil) {
	case Included:
		return true
	case Excluded:
		return false
	}
	if v, known := l.texts.verdicts[r]; known {
		return v
	}
	if _, missing := l.texts.missing[r]; !missing {
		l.texts.due[r] = struct{}{}
	}
	return false
}

// arrived takes note that the texts of a row have just been read.
func (s *textSearch) arrived(r Row) {
	if _, missing := s.missing[r]; missing {
		delete(s.missing, r)
		s.due[r] = struct{}{}
	}
}

// forget takes a row out that another has taken the place of.
func (s *textSearch) forget(r Row) {
	delete(s.verdicts, r)
	delete(s.missing, r)
	delete(s.due, r)
}

// TextSearch is the work of looking in the texts of rows: it grows with their size, and so runs in a command.
type TextSearch struct {
	generation uint64
	filter     Filter
	bodies     Bodies
	rows       []Row
	entries    Snapshot
	latest     *atomic.Uint64
	verdicts   []Verdict
}

// NextSearch is the search to run now, if one is; its result goes to [Listing.ApplySearch].
func (l *Listing) NextSearch() (TextSearch, bool) {
	if l.texts.running || len(l.texts.due) == 0 {
		return TextSearch{}, false
	}
	l.texts.running = true
	s := TextSearch{
		generation: l.viewGeneration, filter: l.filter, bodies: l.texts.bodies, entries: l.store.Snapshot(), latest: l.texts.latest,
	}
	for r := range l.texts.due {
		s.rows = append(s.rows, r)
	}
	return s, true
}

// Run looks. It is pure but for the bodies, and may run anywhere.
func (s TextSearch) Run() TextSearch {
	s.verdicts = make([]Verdict, 0, len(s.rows))
	for _, r := range s.rows {
		if s.latest.Load() != s.generation {
			return s
		}
		s.verdicts = append(s.verdicts, s.filter.JudgeIn(s.bodies, s.entries.At(r)))
	}
	return s
}

// ApplySearch shows what matches, unless the filter has changed since.
func (l *Listing) ApplySearch(s TextSearch) bool {
	if s.generation != l.viewGeneration {
		return false
	}
	l.texts.running = false
	var found []Row
	for i, v := range s.verdicts {
		r := s.rows[i]
		if _, due := l.texts.due[r]; !due {
			continue
		}
		delete(l.texts.due, r)
		if v == Undecided {
			l.texts.missing[r] = struct{}{}
			continue
		}
		l.texts.verdicts[r] = v == Included
		found = append(found, r)
	}
	l.show(found)
	l.countWaiting()
	return true
}

// takeVerdicts adds what a rebuild has found out to what was since, and returns the rows whose texts it missed and that were
// looked in since.
func (l *Listing) takeVerdicts(b Rebuilt) (since []Row) {
	newest := func(r Row) bool {
		row, _ := l.store.Find(l.store.Key(r))
		return row == r
	}
	for _, v := range b.looked {
		if newest(v.row) {
			l.texts.verdicts[v.row] = v.matches
		}
	}
	for _, r := range b.missing {
		switch _, known := l.texts.verdicts[r]; {
		case known:
			since = append(since, r)
		case newest(r):
			l.texts.missing[r] = struct{}{}
		}
	}
	for r := range l.texts.due {
		if _, known := l.texts.verdicts[r]; known {
			delete(l.texts.due, r)
		}
	}
	return since
}

// nextTexts is the next page of reading the list once more for texts that were not kept, which begins when all of the list
// was loaded and looked in.
func (l *Listing) nextTexts() (Fetch, bool) {
	s := &l.texts
	if !l.loadAll || !l.walk.done || l.gap.open || l.Rebuilding() {
		return Fetch{}, false
	}
	if len(s.due) == 0 {
		switch {
		case len(s.missing) == 0:
			l.loadAll, s.reading = false, false
		case !s.reading:
			s.reading, s.walk = true, walk{}
		case s.walk.done:
			l.loadAll, s.reading, s.useless = false, false, true
		}
	}
	if !s.reading || s.walk.done {
		return Fetch{}, false
	}
	l.fetching = true
	return l.fetch(ForTexts, s.walk.cursor), true
}

// textsRead takes note of a page that was read for its texts.
func (l *Listing) textsRead(f Fetch, p Page) {
	s := &l.texts
	s.walk.cursor = p.Next
	s.walk.done = p.Next == "" || p.Next == f.Query.Cursor
}
