package model

// view is where a list is looked at: the row under the cursor and the first row on the screen.
type view struct {
	cursor int
	top    int
	height int
	jump   int // the row to go to once it is loaded; 0 for none
}

// Cursor is the index of the row under the cursor; it is meaningless in an empty list.
func (l *Listing) Cursor() int { return l.cursor }

// Current is the entry under the cursor.
func (l *Listing) Current() (*Entry, bool) {
	if l.cursor >= len(l.rows) {
		return nil, false
	}
	return l.At(l.cursor), true
}

// Place is an entry under the cursor and the line it stood on.
type Place struct {
	key  Key
	line int
}

// Place is where the cursor is now.
func (l *Listing) Place() Place {
	if e, ok := l.Current(); ok {
		return Place{e.Key, l.cursor - l.top}
	}
	return Place{}
}

// GoBack puts the cursor on the entry of a place, and the entry on its line, if it is shown.
func (l *Listing) GoBack(p Place) {
	r, known := l.store.Find(p.key)
	if !known {
		return
	}
	if i, shown := l.find(r); shown {
		l.cursor, l.top = i, i-p.line
		l.clamp(len(l.rows))
	}
}

// Top is the index of the first row on the screen.
func (l *Listing) Top() int { return l.top }

// Height is the number of rows on the screen.
func (l *Listing) Height() int { return l.height }

// Resize sets the number of rows on the screen. The row under the cursor stays on it.
func (l *Listing) Resize(height int) {
	l.height = max(height, 0)
	l.clamp(len(l.rows))
}

// Move moves the cursor by n rows.
func (l *Listing) Move(n int) { l.MoveTo(l.cursor + n) }

// MoveTo moves the cursor to a row, or to the nearest that is loaded.
func (l *Listing) MoveTo(i int) {
	l.jump, l.unasked, l.sticky = 0, 0, false
	l.cursor = i
	l.clamp(len(l.rows))
}

// MoveScreen moves cursor and screen together by n rows.
func (l *Listing) MoveScreen(n int) {
	l.top += n
	l.MoveTo(l.cursor + n)
}

// MovePage goes n pages of the server's on; a page that is not loaded is asked for, and gone to when it comes.
func (l *Listing) MovePage(n int) {
	to := l.cursor + n*PageSize
	l.MoveScreen(n * PageSize)
	if to >= len(l.rows) && !l.walk.done {
		l.jump = to
	}
}

func (l *Listing) takeJump() {
	if l.jump == 0 || l.jump >= len(l.rows) && !l.walk.done {
		return
	}
	to := l.jump
	l.MoveScreen(to - l.cursor)
}

// keepCursor leaves the cursor on its entry while the rows change, and the entry on its line. When the entry is not shown
// any more, the one that follows in order takes its place.
func (l *Listing) keepCursor(change func()) {
	line, at := l.cursor-l.top, Row(-1)
	if l.cursor < len(l.rows) {
		at = l.rows[l.cursor]
	}
	change()
	if at >= 0 {
		l.cursor, _ = l.find(at)
		l.top = l.cursor - line
	}
	l.clamp(len(l.rows))
}

func (v *view) clamp(rows int) {
	v.cursor = max(0, min(v.cursor, rows-1))
	if v.height > 0 {
		v.top = max(v.top, v.cursor-v.height+1)
	}
	v.top = max(0, min(v.top, v.cursor, rows-v.height))
}
