package text

import (
	"sort"
	"unicode/utf8"
)

// stride is the number of rows between two remembered row starts. Wrapping a
// few rows anew is cheaper than holding an offset for every row of a huge body.
const stride = 16

// Block shows a body wrapped to a width, in the natural form. Only rows that
// are asked for are sanitized, and rows are found as far as needed, so opening
// a body costs nothing whatever its size. A line feed ends a row, a tab goes to
// the next multiple of four cells of its row, and no cluster or stand-in is
// split between rows unless it is wider than a whole row, where it is cut.
//
// A Block remembers what it has found and must not be used concurrently.
type Block struct {
	raw   string
	width int
	// starts holds the raw offset of every stride-th row.
	starts []int
	// rows have been found so far, and the next one starts at next.
	rows int
	next int
	// Rows are mostly asked for in sequence, so the last one is remembered.
	lastRow, lastStart int
}

// NewBlock returns raw wrapped to width cells, but at least one.
func NewBlock(raw string, width int) *Block {
	b := &Block{raw: raw}
	b.SetWidth(width)
	return b
}

// SetWidth wraps the body anew. To stay in place, take the start of the top
// row's [Block.Range] before and look it up with [Block.RowAt] after.
func (b *Block) SetWidth(width int) {
	*b = Block{raw: b.raw, width: max(1, width), starts: b.starts[:0]}
}

// Width returns the number of cells a row can take.
func (b *Block) Width() int { return b.width }

// Rows returns the number of rows found so far and whether these are all.
func (b *Block) Rows() (n int, complete bool) { return b.rows, b.next >= len(b.raw) }

// Progress returns up to which offset of the body rows have been found.
func (b *Block) Progress() int { return b.next }

// Grow finds the rows of about the next size bytes and reports whether all rows
// are found. Called with moderate sizes between frames, it never holds one up.
func (b *Block) Grow(size int) (complete bool) {
	goal := len(b.raw)
	if size < goal-b.next {
		goal = b.next + max(0, size)
	}
	for b.next < goal {
		b.grow()
	}
	return b.next >= len(b.raw)
}

// Row returns row i, counted from zero. Beyond the last row it is empty.
func (b *Block) Row(i int) Safe {
	start, ok := b.seek(i)
	if !ok {
		return Safe{}
	}
	return b.draw(start, start, len(b.raw))
}

// Range returns which bytes of the body row i stems from, including the line
// feed that ends it. The ranges of all rows cover the body without gaps. Beyond
// the last row the range is empty.
func (b *Block) Range(i int) (start, end int) {
	start, ok := b.seek(i)
	if !ok {
		return len(b.raw), len(b.raw)
	}
	return start, b.after(start)
}

// Slice returns the part of row i that stems from the bytes from up to to of
// the body. A cluster belongs to the slice that its first byte is in, so slices
// of adjoining ranges put together are the row.
func (b *Block) Slice(i, from, to int) Safe {
	start, ok := b.seek(i)
	if !ok {
		return Safe{}
	}
	return b.draw(start, from, to)
}

// Span is a range of bytes of a body.
type Span struct{ From, To int }

// StandIns returns which bytes of row i are shown as stand-ins, in order, so that these can be told from text which looks
// like one.
func (b *Block) StandIns(i int) []Span {
	pos, ok := b.seek(i)
	if !ok {
		return nil
	}
	var spans []Span
	for col := 0; ; {
		p, ok := b.step(pos, col)
		if !ok {
			return spans
		}
		if p.alarming {
			if last := len(spans) - 1; last >= 0 && spans[last].To == pos {
				spans[last].To += p.size
			} else {
				spans = append(spans, Span{pos, pos + p.size})
			}
		}
		pos += p.size
		col += p.width
	}
}

// RowAt returns the row that shows the byte at offset. An offset outside the
// body counts as its nearest byte; an empty body has no rows, which gives zero.
func (b *Block) RowAt(offset int) int {
	offset = min(max(0, offset), len(b.raw)-1)
	if offset < 0 {
		return 0
	}
	b.Grow(offset + 1 - b.next)
	mark := sort.SearchInts(b.starts, offset+1) - 1
	row, start := mark*stride, b.starts[mark]
	for end := b.after(start); end <= offset; end = b.after(start) {
		row, start = row+1, end
	}
	b.lastRow, b.lastStart = row, start
	return row
}

// seek returns where row i starts, and whether there is such a row.
func (b *Block) seek(i int) (start int, ok bool) {
	for b.rows <= i && b.next < len(b.raw) {
		b.grow()
	}
	if i < 0 || i >= b.rows {
		return 0, false
	}
	row, start := i/stride*stride, b.starts[i/stride]
	if b.lastRow > row && b.lastRow <= i {
		row, start = b.lastRow, b.lastStart
	}
	for ; row < i; row++ {
		start = b.after(start)
	}
	b.lastRow, b.lastStart = i, start
	return start, true
}

// grow finds one more row.
func (b *Block) grow() {
	if b.rows%stride == 0 {
		b.starts = append(b.starts, b.next)
	}
	b.rows++
	b.next = b.after(b.next)
}

// after returns where the row after the one at start begins.
func (b *Block) after(start int) int {
	pos := start
	for col := 0; ; {
		p, ok := b.step(pos, col)
		if !ok {
			break
		}
		pos += p.size
		col += p.width
	}
	if pos < len(b.raw) && b.raw[pos] == '\n' {
		pos++
	}
	return pos
}

// draw returns the pieces of the row at start which begin in a range of the
// body.
func (b *Block) draw(start, from, to int) Safe {
	var d draft
	for pos, col := start, 0; pos < to; {
		p, ok := b.step(pos, col)
		if !ok {
			break
		}
		switch end := pos + p.size; {
		case p.run:
			lo, hi := b.character(max(pos, from)), b.character(min(end, to))
			if lo < hi {
				d.add(b.raw, lo, piece{text: b.raw[lo:hi], size: hi - lo})
			}
		case pos >= from:
			d.add(b.raw, pos, p)
		}
		pos += p.size
		col += p.width
	}
	return d.safe()
}

// character returns the start of the first character at or after pos, which
// is inside valid UTF-8.
func (b *Block) character(pos int) int {
	for pos < len(b.raw) && !utf8.RuneStart(b.raw[pos]) {
		pos++
	}
	return pos
}

// step returns the piece at pos if it still belongs to a row filled up to col.
func (b *Block) step(pos, col int) (p piece, ok bool) {
	room := b.width - col
	if pos >= len(b.raw) || b.raw[pos] == '\n' || room <= 0 {
		return piece{}, false
	}
	if n, width := plainRun(b.raw[pos:], room); n > 0 {
		return piece{text: b.raw[pos : pos+n], size: n, width: width, run: true}, true
	}
	p = nextPiece(b.raw[pos:], natural, col)
	if p.width <= room {
		return p, true
	}
	if b.raw[pos] == '\t' {
		p.text, p.width = p.text[:room], room
		return p, true
	}
	if col > 0 {
		return piece{}, false
	}
	cut := cutCells(Safe{p.text}, room, false)
	p.text, p.width = cut.s, cut.Width()
	return p, true
}
