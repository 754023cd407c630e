// Package canvas turns frames into the bytes that make them of what stands on a terminal, few of them: over a bad line bytes are
// time.
//
// A frame is text with looks (SGR) in lines. Lines that differ from those of the frame before are taken apart into cells (cells.go),
// lines that stand elsewhere already are moved (scroll.go), and of the rest the columns that differ are written in the shortest way
// (brush.go), with the sequences that a VT100 has. Nothing of a frame but text and looks gets through.
package canvas

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

const (
	// tornFrame is how long a frame may be, in bytes, until the terminal is told to show it in one piece: a shorter one
	// comes in one piece anyway, and telling costs 16 bytes.
	tornFrame = 1024
	// leastScroll is how many lines of a frame have to differ that it is worth looking whether some of them only moved. A cursor
	// that moves changes three.
	leastScroll = 6
)

// Canvas is what stands on a terminal, and turns a frame into the bytes that change it to that. It is for one goroutine.
type Canvas struct {
	// Whole is set when the terminal shows a frame in one piece if told to.
	Whole bool

	glyphs *glyphs
	brush  brush

	width, height int
	// lines are what is to stand there, and cells the same taken apart; stood and stands are what is there until that is drawn.
	lines, stood  []string
	cells, stands [][]cell
	// empty is set when what is there is not known, and has to go.
	empty  bool
	cursor bool // the cursor is shown
	out    []byte
}

// New is a canvas for a kind of terminal (TERM) that has some colours, and no size yet.
func New(term string, profile colorprofile.Profile) *Canvas {
	g := newGlyphs(term, profile)
	return &Canvas{glyphs: g, brush: brush{glyphs: g}}
}

// Resize forgets what stands there: of a terminal with a new size it is not known, even when the size is what it was.
func (c *Canvas) Resize(width, height int) {
	c.width, c.height, c.brush.width = width, height, width
	c.empty = true
	c.glyphs.forget()
	c.lines, c.stood = make([]string, height), make([]string, height)
	c.cells, c.stands = blankLines(width, height), blankLines(width, height)
}

func blankLines(width, height int) [][]cell {
	lines := make([][]cell, height)
	all := slices.Repeat([]cell{blank}, width*height)
	for y := range lines {
		lines[y] = all[y*width : (y+1)*width : (y+1)*width]
	}
	return lines
}

// Draw returns what makes a frame of what stands there now; nothing when it stands there. What it returns is valid until the next call.
func (c *Canvas) Draw(v tea.View) []byte {
	if c.glyphs.tooMany(c.width * c.height) {
		c.Resize(c.width, c.height)
	}
	b := &c.brush
	b.out = b.out[:0]
	if c.empty {
		b.clear()
		c.empty = false
	}
	if c.read(v.Content) >= leastScroll {
		c.scroll()
	}
	for y, line := range c.cells {
		if !slices.Equal(c.stands[y], line) {
			b.line(y, c.stands[y], line)
			copy(c.stands[y], line)
		}
	}
	b.plain()
	if v.Cursor != nil {
		b.moveTo(min(v.Cursor.X, c.width-1), min(v.Cursor.Y, c.height-1))
	}
	return c.compose(v.Cursor != nil)
}

// read takes the lines that differ apart, and returns how many do. A line ends in the look that it begins in, so that each is read by
// itself.
func (c *Canvas) read(content string) (changed int) {
	copy(c.stood, c.lines)
	rest, more := content, true
	for y := range c.height {
		line := ""
		if more {
			line, rest, more = strings.Cut(rest, "\n")
		}
		if c.lines[y] == line {
			continue
		}
		c.lines[y] = line
		changed++
		c.glyphs.read(line, c.cells[y])
	}
	return changed
}

// compose puts around the changes what keeps them from being seen half done.
func (c *Canvas) compose(cursor bool) []byte {
	had, changes := c.cursor, c.brush.out
	c.cursor = cursor
	whole := c.Whole && len(changes) > tornFrame
	moves := cursor && had && !whole && len(changes) > 0
	out := c.out[:0]
	if whole {
		out = append(out, ansi.SetModeSynchronizedOutput...)
	}
	if had && !cursor || moves {
		out = append(out, ansi.ResetModeTextCursorEnable...)
	}
	out = append(out, changes...)
	if cursor && !had || moves {
		out = append(out, ansi.SetModeTextCursorEnable...)
	}
	if whole {
		out = append(out, ansi.ResetModeSynchronizedOutput...)
	}
	c.out = out
	return out
}
