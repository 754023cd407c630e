package model

// heldRows are the rows that are not shown though they may match: their entries wait, or were taken off the list.
type heldRows struct {
	rows    rowSet // nil for none; never changed
	seen    int    // how many rows there were
	version uint64 // of what was held
}

// holds takes note that other entries wait or are taken off than before.
func (l *Listing) holds() { l.heldVersion++ }

// held is which rows are held back now. It is made anew only when that has changed.
func (l *Listing) held() rowSet {
	h := &l.heldRows
	rows := l.store.Len()
	switch {
	case len(l.waiting)+len(l.cleared) == 0:
		h.rows = nil
	case h.rows == nil || h.version != l.heldVersion:
		h.rows = newRowSet(rows)
		for _, keys := range [...]map[Key]struct{}{l.waiting, l.cleared} {
			for k := range keys {
				if r, ok := l.store.Find(k); ok {
					h.rows.add(r)
				}
			}
		}
	case h.seen < rows:
		h.rows = h.rows.grown(rows)
		for r := Row(h.seen); int(r) < rows; r++ { //nolint:gosec // it is a row
			if l.heldBack(l.store.Key(r)) {
				h.rows.add(r)
			}
		}
	}
	h.seen, h.version = rows, l.heldVersion
	return h.rows
}

// heldBack tells whether an entry is not shown though it is known: it waits, or was taken off the list.
func (l *Listing) heldBack(k Key) bool {
	_, waits := l.waiting[k]
	_, off := l.cleared[k]
	return waits || off
}
