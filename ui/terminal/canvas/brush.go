package canvas

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/charmbracelet/x/ansi"
)

const (
	// longestBridge is how many columns that are right already are looked at whether writing them again is shorter than
	// moving over them.
	longestBridge = 16
	// leastErased is how many columns at the end of a line are worth the sequence that erases them.
	leastErased = 4
	nowhere     = -1
)

// brush writes cells to a terminal with as few bytes as it can, and knows where its cursor is.
type brush struct {
	glyphs *glyphs
	out    []byte
	brushState
	width int
}

type brushState struct {
	// x and y are where the cursor is, nowhere when that is not known.
	x, y int
	look look
}

// clear begins with an empty screen.
func (b *brush) clear() {
	b.out = append(b.out, ansi.ResetStyle+ansi.CursorHomePosition+ansi.EraseEntireScreen...)
	b.brushState = brushState{}
}

// plain ends colours and attributes.
func (b *brush) plain() {
	b.out = append(b.out, b.glyphs.restyle(b.look, 0)...)
	b.look = 0
}

// line makes one line of another, which is not the same.
func (b *brush) line(y int, old, line []cell) {
	if slices.ContainsFunc(old, isCellUnsure) || slices.ContainsFunc(line, isCellUnsure) {
		// Where the characters stand is not known: only an empty line is sure, and that none goes on in the next line.
		b.erase(0, y)
		b.out = append(b.out, ansi.ResetModeAutoWrap...)
		b.changes(0, y, nil, line)
		b.out = append(b.out, ansi.SetModeAutoWrap...)
		return
	}
	b.shorter(func() { b.changes(0, y, old, line) }, func() {
		from := 0
		for old[from] == line[from] {
			from++
		}
		if line[from].width == 0 {
			return
		}
		b.erase(from, y)
		b.changes(from, y, nil, line)
	})
}

func isCellUnsure(c cell) bool { return c.unsure }

// shorter writes what takes fewer bytes of two ways to the same end. A way that writes nothing is none.
func (b *brush) shorter(one, other func()) {
	start, state := len(b.out), b.brushState
	one()
	middle, after := len(b.out), b.brushState
	b.brushState = state
	other()
	if n := len(b.out) - middle; n == 0 || n >= middle-start {
		b.out, b.brushState = b.out[:middle], after
		return
	}
	b.out = append(b.out[:start], b.out[middle:]...)
}

// changes writes the cells of a line that differ, from a column on. Without an old line all is blank.
func (b *brush) changes(x, y int, old, line []cell) {
	same := func(x int) bool {
		if old == nil {
			return line[x] == blank
		}
		return line[x] == old[x]
	}
	end, last := len(line), len(line)-1
	for end > 0 && line[end-1] == blank {
		end--
	}
	for last >= 0 && same(last) {
		last--
	}
	for x <= last {
		if same(x) {
			x++
			continue
		}
		if x >= end && last-x+1 >= leastErased {
			b.erase(x, y)
			return
		}
		b.goOn(x, y, line)
		b.put(line[x])
		x += max(1, int(line[x].width))
	}
}

// goOn brings the cursor to a column of a line, over what stands there as it should.
func (b *brush) goOn(x, y int, line []cell) {
	from := b.x
	if b.y != y || from < 0 || from >= x || x-from > longestBridge || line[from].width == 0 {
		b.moveTo(x, y)
		return
	}
	b.shorter(
		func() { b.moveTo(x, y); b.wear(line[x]) },
		func() {
			for at := from; at < x; at += max(1, int(line[at].width)) {
				b.put(line[at])
			}
			b.wear(line[x])
		},
	)
}

// wear takes the look on that a cell needs. What is blank looks the same in many.
func (b *brush) wear(c cell) {
	if c != blank || !b.glyphs.bare[b.look] {
		b.out = append(b.out, b.glyphs.restyle(b.look, c.look)...)
		b.look = c.look
	}
}

// put writes a cell where the cursor is.
func (b *brush) put(c cell) {
	b.wear(c)
	b.out = b.glyphs.append(b.out, c)
	switch b.x += int(c.width); {
	case c.unsure:
		b.x, b.y = nowhere, nowhere
	case b.x >= b.width: // a terminal may stay in the last column
		b.x = nowhere
	}
}

// erase blanks a line from a column on.
func (b *brush) erase(x, y int) {
	b.moveTo(x, y)
	b.wear(blank)
	b.out = append(b.out, ansi.EraseLineRight...)
}

// scroll moves what stands from the line top to the line bottom n lines up, or down when n is below zero.
func (b *brush) scroll(top, bottom, n int) {
	b.wear(blank)
	b.out = append(b.out, ansi.SetTopBottomMargins(top+1, bottom+1)...)
	b.x, b.y = nowhere, nowhere
	if n > 0 {
		b.moveTo(0, bottom)
		b.out = append(b.out, bytes.Repeat([]byte{'\n'}, n)...)
	} else {
		b.moveTo(0, top)
		b.out = append(b.out, bytes.Repeat([]byte(ansi.ReverseIndex), -n)...)
	}
	b.out = append(b.out, allLines...)
	b.x, b.y = nowhere, nowhere
}

// allLines lets all lines scroll again.
const allLines = "\x1b[r"

// moveTo moves the cursor, in the shortest of the ways that all terminals know.
func (b *brush) moveTo(x, y int) {
	if b.x == x && b.y == y {
		return
	}
	var way, least [32]byte
	best := append(least[:0], "\x1b["...)
	if y > 0 || x > 0 {
		best = strconv.AppendInt(best, int64(y+1), 10)
	}
	if x > 0 {
		best = strconv.AppendInt(append(best, ';'), int64(x+1), 10)
	}
	best = append(best, 'H')
	consider := func(way []byte) {
		if len(way) < len(best) {
			best = append(best[:0], way...)
		}
	}
	if b.y >= 0 {
		down := appendMove(way[:0], y-b.y, 'B', 'A')
		if b.x >= 0 {
			consider(appendSideways(down, b.x, x))
		}
		consider(appendMove(append(down, '\r'), x, 'C', 'D'))
		if y == b.y+1 {
			consider(appendMove(append(way[:0], "\r\n"...), x, 'C', 'D'))
		}
	}
	b.out = append(b.out, best...)
	b.x, b.y = x, y
}

// appendSideways appends the way from a column to another.
func appendSideways(way []byte, from, to int) []byte {
	const shortest = len("\x1b[2D")
	if back := from - to; back > 0 && back < shortest {
		return append(way, "\b\b\b"[:back]...)
	}
	return appendMove(way, to-from, 'C', 'D')
}

// appendMove appends a move by n, in the one direction or, below zero, in the other.
func appendMove(way []byte, n int, there, back byte) []byte {
	if n == 0 {
		return way
	}
	if n < 0 {
		n, there = -n, back
	}
	way = append(way, "\x1b["...)
	if n > 1 {
		way = strconv.AppendInt(way, int64(n), 10)
	}
	return append(way, there)
}
