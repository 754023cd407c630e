package terminal

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

	enterScreen = ansi.SetModeAltScreenSaveCursor + ansi.ResetModeTextCursorEnable + ansi.SetModeBracketedPaste
	leaveScreen = ansi.ResetModeAltScreenSaveCursor + ansi.SetModeTextCursorEnable + ansi.ResetModeBracketedPaste

	// keepTitle makes a terminal that can keep the title of its window, oldTitle brings that back.
	keepTitle = "\x1b[22;2t"
	oldTitle  = "\x1b[23;2t"

	// keysApart makes a terminal that can send keys so that escape is told from what begins with it; keysAsBefore ends that.
	keysApart    = "\x1b[>1u"
	keysAsBefore = "\x1b[<1u"
)

// canvas is what stands on the terminal, and turns a frame into the bytes that change it to that. It is for one goroutine.
type canvas struct {
	term   string
	glyphs *glyphs
	brush  brush

	width, height int
	// lines are what is to stand there, and cells the same taken apart; stood and stands are what is there until that is drawn.
	lines, stood  []string
	cells, stands [][]cell
	// empty is set when what is there is not known, and has to go.
	empty  bool
	cursor bool // the cursor is shown
	// whole is set when the terminal shows a frame in one piece if told to.
	whole bool
	out   []byte
}

// newCanvas is one for a terminal on which nothing stands yet.
func newCanvas(term string, profile colorprofile.Profile) *canvas {
	g := newGlyphs(term, profile)
	return &canvas{term: term, glyphs: g, brush: brush{glyphs: g}}
}

// enter is what the screen begins with. Where ask is set the terminal is asked whether it shows frames in one piece.
func (c *canvas) enter(ask bool) string {
	s := enterScreen
	if c.hasKeysApart() {
		s += keysApart
	}
	s += keepTitle + ansi.SetWindowTitle(title)
	if ask {
		s += ansi.RequestModeSynchronizedOutput
	}
	return s
}

// leave gives the terminal back as it was.
func (c *canvas) leave() string {
	s := ansi.CursorPosition(1, max(1, c.height)) // for a terminal that has no second screen
	if c.hasKeysApart() {
		s = keysAsBefore + s
	}
	return s + leaveScreen + ansi.SetWindowTitle("") + oldTitle
}

// hasKeysApart tells whether the terminal may know [keysApart]. To others it says to move the cursor.
func (c *canvas) hasKeysApart() bool {
	return c.term != "linux" && !strings.HasPrefix(c.term, "vt") && !strings.HasPrefix(c.term, "screen")
}

// resize forgets what stands there: of a terminal with a new size it is not known, even when the size is what it was.
func (c *canvas) resize(width, height int) {
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

// draw returns what makes a frame of what stands there now; nothing when it stands there. What it returns is valid until the next call.
func (c *canvas) draw(v tea.View) []byte {
	if c.glyphs.tooMany() {
		c.resize(c.width, c.height)
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
func (c *canvas) read(content string) (changed int) {
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
func (c *canvas) compose(cursor bool) []byte {
	had, changes := c.cursor, c.brush.out
	c.cursor = cursor
	whole := c.whole && len(changes) > tornFrame
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
