package terminal

import (
	"bytes"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

const (
	// tornFrame is how long a frame may be, in bytes, until the terminal is told to show it in one piece: a shorter one
	// comes in one piece anyway, and telling costs 16 bytes.
	tornFrame = 1024
	// leastScroll is how many lines of a frame have to differ that it is worth looking whether some of them only moved. A cursor
	// that moves changes three.
	leastScroll = 6

	enterScreen = ansi.SetModeAltScreenSaveCursor + ansi.ResetModeTextCursorEnable + ansi.SetTabEvery8Columns + ansi.SetModeBracketedPaste
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
	screen *uv.TerminalRenderer
	cells  uv.ScreenBuffer
	lines  []string // what the cells were drawn from
	// changes is what the renderer has to say of a frame, out the whole of what is written for it.
	changes, out bytes.Buffer

	width, height int
	cursor        bool // the cursor is shown
	// whole is set when the terminal shows a frame in one piece if told to.
	whole bool
}

// newCanvas is one for a terminal on which nothing stands yet.
func newCanvas(term string, profile colorprofile.Profile) *canvas {
	c := &canvas{term: term}
	c.screen = uv.NewTerminalRenderer(&c.changes, []string{"TERM=" + term})
	c.screen.SetColorProfile(profile)
	c.screen.SetFullscreen(true)
	c.screen.SetRelativeCursor(false)
	c.screen.SetBackspace(true)
	c.cells = uv.NewScreenBuffer(0, 0)
	return c
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
	c.width, c.height = width, height
	c.screen.SetTabStops(width)
	c.screen.Resize(width, height)
	c.screen.Erase()
	c.cells = uv.NewScreenBuffer(width, height)
	c.lines = c.lines[:0]
}

// draw returns what makes a frame of what stands there now; nothing when it stands there. What it returns is valid until the next call.
func (c *canvas) draw(v tea.View) []byte {
	changed := c.drawLines(v.Content)
	moves := changed >= leastScroll
	c.screen.SetScrollOptim(moves)
	if moves || changed > 0 && c.endsBlank() {
		// The renderer may move lines, or clear all at the bottom, over one that is what it was.
		for y := range c.height {
			c.cells.TouchLine(0, y, c.width)
		}
	}
	c.screen.Render(c.cells.RenderBuffer)
	if v.Cursor != nil {
		c.screen.MoveTo(v.Cursor.X, v.Cursor.Y)
	}
	_ = c.screen.Flush() // to a buffer
	defer c.changes.Reset()
	return c.compose(v.Cursor != nil)
}

// endsBlank tells whether nothing is to stand on the last line.
func (c *canvas) endsBlank() bool {
	for x := range c.width {
		if !c.cells.CellAt(x, c.height-1).Equal(&uv.EmptyCell) {
			return false
		}
	}
	return true
}

// drawLines brings the lines that differ to the cells, and returns how many do. A line ends in the look that it begins in, so that each
// is drawn by itself.
func (c *canvas) drawLines(content string) (changed int) {
	rest, more := content, true
	for y := range c.height {
		line := ""
		if more {
			line, rest, more = strings.Cut(rest, "\n")
		}
		switch {
		case y == len(c.lines):
			c.lines = append(c.lines, "")
			if line == "" {
				continue
			}
		case c.lines[y] == line:
			continue
		}
		c.lines[y] = line
		changed++
		uv.NewStyledString(line).Draw(c.cells, uv.Rect(0, y, c.width, 1))
	}
	return changed
}

// compose puts around the changes what keeps them from being seen half done.
func (c *canvas) compose(cursor bool) []byte {
	had := c.cursor
	c.cursor = cursor
	changes := c.changes.Bytes()
	whole := c.whole && len(changes) > tornFrame
	c.out.Reset()
	if whole {
		c.out.WriteString(ansi.SetModeSynchronizedOutput)
	}
	moves := cursor && had && !whole && len(changes) > 0
	if had && !cursor || moves {
		c.out.WriteString(ansi.ResetModeTextCursorEnable)
	}
	c.out.Write(changes)
	if cursor && !had || moves {
		c.out.WriteString(ansi.SetModeTextCursorEnable)
	}
	if whole {
		c.out.WriteString(ansi.ResetModeSynchronizedOutput)
	}
	return c.out.Bytes()
}
