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

// JudgeRows are the verdicts on all rows of the store, by two who expect so many.
func (s *Store) JudgeRows(f Filter, rows int) (verdicts []Verdict) {
	now := s.Snapshot()
	var shared sharedFound
	judges := [...]*rowJudge{newRowJudge(f, &now, rows, &shared), newRowJudge(f, &now, rows, &shared)}
	for r := range Row(s.Len()) {
		verdicts = append(verdicts, judges[r%2].judge(r))
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

// Kept is a text that was put into the store, and how it compares with another by its number.
func (s *Store) Kept(v string) string {
	n := s.text(v)
	if again, known := s.findText(v); !known || again != n || s.text(v) != n || string(s.texts.appendTo([]byte("x"), n)) != "x"+s.texts.get(n) {
		panic("it is kept twice")
	}
	return s.texts.get(n)
}

// FindIn tells in which of the texts a part is found by one who looks in those of so many rows.
func (s *Store) FindIn(part string, texts []string, rows int) (found []bool) {
	var numbers []uint32
	for _, v := range texts {
		numbers = append(numbers, s.text(v))
	}
	f := s.finder(part, rows)
	for _, n := range numbers {
		found = append(found, f.in(n))
	}
	return found
}

func (s *Store) finder(part string, rows int) *finder {
	now := s.Snapshot()
	return newRowJudge(Filter{}, &now, rows, new(sharedFound)).finder(&term{folded: newFolded(part)})
}

// FindInLabels tells which lists have it in a label.
func (s *Store) FindInLabels(part string, lists [][]string, rows int) (found []bool) {
	var numbers []uint32
	for _, l := range lists {
		numbers = append(numbers, s.text(string(packLabels(nil, l))))
	}
	f := s.finder(part, rows)
	for _, n := range numbers {
		found = append(found, f.inLabels(n))
	}
	return found
}

// FormsKept is how many forms the texts of the store have.
func (s *Store) FormsKept() int { return s.texts.forms.len() }

// CompareTexts compares two texts by their numbers.
func (s *Store) CompareTexts(a, b string) int { return s.compareTexts(s.text(a), s.text(b)) }
