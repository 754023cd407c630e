package model

import (
	"maps"
	"slices"
)

// Marks are the entries marked in a list, by key: filters, pages and newcomers do not change them.
type Marks struct {
	set    map[Key]struct{}
	before map[Key]struct{} // what Toggle All brings back
	last   Key
	// version changes with the marks, so that work begun before a change is not taken for work upon it.
	version uint64
	// lent is set when work elsewhere reads the marks: they are copied before they are changed.
	lent bool
}

// lend gives the marks to work that runs elsewhere.
func (m *Marks) lend() map[Key]struct{} {
	m.lent = true
	return m.set
}

// changes makes the marks ready to be changed.
func (m *Marks) changes() {
	m.version++
	if m.lent {
		m.set, m.before, m.lent = maps.Clone(m.set), maps.Clone(m.before), false
	}
}

func (m *Marks) reset() { m.set = map[Key]struct{}{} }

// Len is the number of marks, hidden ones included.
func (m *Marks) Len() int { return len(m.set) }

// Has tells whether the entry is marked.
func (m *Marks) Has(k Key) bool {
	_, ok := m.set[k]
	return ok
}

// Toggle marks or unmarks an entry.
func (m *Marks) Toggle(k Key) {
	m.changes()
	m.before = nil
	if m.Has(k) {
		delete(m.set, k)
		return
	}
	m.set[k] = struct{}{}
	m.last = k
}

// Clear unmarks all; pressed again with nothing marked it brings them back.
func (m *Marks) Clear() {
	m.version++
	if len(m.set) == 0 {
		if m.before != nil {
			m.set, m.before = m.before, nil
		}
		return
	}
	m.before = m.set
	m.reset()
}

func (m *Marks) remove(k Key) {
	m.changes()
	delete(m.set, k)
	delete(m.before, k)
}

// Unmark takes the entries of a plan off, since they are being acted on.
func (m *Marks) Unmark(s Selection) {
	for _, k := range s.keys {
		m.remove(k)
	}
}

// MarkRange marks from the entry marked last to the row under the cursor. It does nothing, and returns false, when that
// entry is not shown.
func (l *Listing) MarkRange(may func(Key) bool) bool {
	row, ok := l.store.Find(l.Marks.last)
	if !ok || !l.Marks.Has(l.Marks.last) {
		return false
	}
	from, ok := l.find(row)
	if !ok || len(l.rows) == 0 {
		return false
	}
	l.Marks.changes()
	for i := min(from, l.cursor); i <= max(from, l.cursor); i++ {
		if k := l.Key(i); may(k) {
			l.Marks.set[k] = struct{}{}
		}
	}
	l.Marks.before = nil
	if k := l.Key(l.cursor); l.Marks.Has(k) {
		l.Marks.last = k
	}
	return true
}

// MarkAll is the work of marking every row shown.
type MarkAll struct {
	generation uint64
	version    uint64
	rows       []Row
	entries    Snapshot
	marked     map[Key]struct{}
}

// BeginMarkAll prepares it; the result of Run goes to [Listing.ApplyMarkAll].
func (l *Listing) BeginMarkAll() MarkAll {
	return MarkAll{
		generation: l.shownGeneration, version: l.Marks.version,
		rows: l.rows[:len(l.rows):len(l.rows)], entries: l.store.Snapshot(), marked: l.Marks.lend(),
	}
}

// Run adds the rows that may be marked. It is pure, and may run anywhere.
func (a MarkAll) Run(may func(Key) bool) MarkAll {
	a.marked = maps.Clone(a.marked)
	for _, r := range a.rows {
		if k := a.entries.Key(r); may(k) {
			a.marked[k] = struct{}{}
		}
	}
	return a
}

// ApplyMarkAll marks, unless the filter or the marks have changed since, or the rows were still those of the filter
// before.
func (l *Listing) ApplyMarkAll(a MarkAll) bool {
	if a.marked == nil || a.generation != l.viewGeneration || a.version != l.Marks.version {
		return false
	}
	l.Marks.set, l.Marks.before, l.Marks.lent = a.marked, nil, false
	l.Marks.version++
	return true
}

// Marked are the marked entries that are shown, in the order of the list, and how many are hidden by the filter.
func (l *Listing) Marked() (shown []*Entry, hidden int) {
	for k := range l.Marks.set {
		row, ok := l.store.Find(k)
		if !ok {
			hidden++
			continue
		}
		if _, ok := l.find(row); !ok {
			hidden++
			continue
		}
		shown = append(shown, l.store.At(row))
	}
	slices.SortFunc(shown, l.sorting.compare)
	return shown, hidden
}
