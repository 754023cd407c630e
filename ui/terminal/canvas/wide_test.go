package canvas

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"
)

// measuring is a terminal that knows wide characters, and has its own mind on how wide some are. It does what the canvas asks for, and
// fails on anything else.
type measuring struct {
	t             *rapid.T
	width, height int
	x, y          int
	top, bottom   int
	holds         bool       // lines do not wrap
	columns       [][]string // of every line; the second column of a wide character is empty
	measure       func(cluster string, width int) int
}

func newMeasuring(t *rapid.T, width, height int, measure func(string, int) int) *measuring {
	m := &measuring{t: t, width: width, height: height, bottom: height - 1, measure: measure, columns: make([][]string, height)}
	for y := range m.columns {
		m.columns[y] = strings.Split(strings.Repeat(" ", width), "")
	}
	return m
}

func (m *measuring) write(s string) {
	for len(s) > 0 {
		switch s[0] {
		case '\x1b':
			s = s[m.sequence(s):]
			continue
		case '\r':
			m.x = 0
		case '\b':
			m.x = max(0, min(m.x, m.width-1)-1)
		case '\n':
			m.lineFeed()
		default:
			cluster, width := ansi.FirstGraphemeCluster(s, ansi.WcWidth)
			m.print(cluster, m.measure(cluster, width))
			s = s[len(cluster):]
			continue
		}
		s = s[1:]
	}
}

func (m *measuring) print(cluster string, width int) {
	switch {
	case m.x+width <= m.width:
	case m.holds: // as tmux does
		return
	default:
		m.x = 0
		m.lineFeed()
	}
	line := m.columns[m.y]
	for i := range width {
		m.tear(line, m.x+i)
		line[m.x+i] = ""
	}
	line[m.x] = cluster
	m.x += width
}

// tear blanks the character of which a column is a part.
func (m *measuring) tear(line []string, x int) {
	from := x
	for line[from] == "" {
		from--
	}
	for at := from; at == from || at < m.width && line[at] == ""; at++ {
		line[at] = " "
	}
}

func (m *measuring) lineFeed() {
	if m.y == m.bottom {
		m.scroll(m.top, m.bottom)
	} else if m.y < m.height-1 {
		m.y++
	}
}

// scroll moves the lines one towards the first.
func (m *measuring) scroll(first, last int) {
	step := 1
	if first > last {
		step = -1
	}
	line := m.columns[first]
	for y := first; y != last; y += step {
		m.columns[y] = m.columns[y+step]
	}
	m.columns[last] = line
	m.blank(line, 0)
}

func (m *measuring) blank(line []string, from int) {
	m.tear(line, from)
	for x := from; x < m.width; x++ {
		line[x] = " "
	}
}

func (m *measuring) sequence(s string) int {
	if strings.HasPrefix(s, ansi.ReverseIndex) {
		if m.y == m.top {
			m.scroll(m.bottom, m.top)
		} else {
			m.y = max(0, m.y-1)
		}
		return len(ansi.ReverseIndex)
	}
	end := 2
	for end < len(s) && (s[end] < '@' || s[end] > '~') {
		end++
	}
	parameters := s[2:end]
	number := func(at, otherwise int) int {
		if n, err := strconv.Atoi(append(strings.Split(parameters, ";"), "", "")[at]); err == nil {
			return n
		}
		return otherwise
	}
	m.x = min(m.x, m.width-1)
	switch s[end] {
	case 'H':
		m.y, m.x = number(0, 1)-1, number(1, 1)-1
	case 'A':
		m.y -= number(0, 1)
	case 'B':
		m.y += number(0, 1)
	case 'C':
		m.x += number(0, 1)
	case 'D':
		m.x -= number(0, 1)
	case 'J':
		for _, line := range m.columns {
			m.blank(line, 0)
		}
	case 'K':
		m.blank(m.columns[m.y], m.x)
	case 'r':
		m.top, m.bottom, m.x, m.y = number(0, 1)-1, number(1, m.height)-1, 0, 0
	case 'h', 'l':
		if parameters == "?7" {
			m.holds = s[end] == 'l'
		}
	case 'm':
	default:
		m.t.Fatalf("the terminal is asked for %q", s[:end+1])
	}
	if m.x < 0 || m.x >= m.width || m.y < 0 || m.y >= m.height {
		m.t.Fatalf("%q leads to column %d of line %d", s[:end+1], m.x, m.y)
	}
	return end + 1
}

var oddLines = rapid.Custom(func(t *rapid.T) string {
	pieces := []string{"a", "b", " ", "    ", "abcdefghij", "漢", "字", "é", "e\u0301", "─", "👩‍👩‍👧", "❤️", "🇩🇪", "🫆", "\x1b[31m", "\x1b[1;44m", "\x1b[7m", "\x1b[22;39m"}
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 24).Draw(t, "pieces"), "") + ansi.ResetStyle
})

func TestEveryCharacterStandsInItsColumnHoweverWideATerminalThinksOthersAre(t *testing.T) {
	const width, height = 24, 12
	measures := map[string]func(cluster string, width int) int{
		"as the program does":     func(_ string, width int) int { return width },
		"in one column":           func(c string, width int) int { return unsureWidth(c, width, 1) },
		"in two columns":          func(c string, width int) int { return unsureWidth(c, width, 2) },
		"a column for every rune": func(c string, width int) int { return unsureWidth(c, width, utf8.RuneCountInString(c)) },
	}
	for name, measure := range measures {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				m := newMeasuring(t, width, height, measure)
				c := New("xterm-256color", colorprofile.ANSI256)
				c.Resize(width, height)
				now := make([]string, height)
				for range rapid.IntRange(1, 8).Draw(t, "frames") {
					now = changed(t, now, oddLines)
					m.write(string(c.Draw(tea.NewView(strings.Join(now, "\n")))))
				}
				for y, line := range c.cells {
					if problem := misplaced(c.glyphs, line, m.columns[y]); problem != "" {
						t.Fatalf("line %d, %q: %s, in %q", y, now[y], problem, m.columns[y])
					}
				}
			})
		})
	}
}

func unsureWidth(cluster string, width, otherwise int) int {
	if isUnsure(cluster, width) {
		return otherwise
	}
	return width
}

// misplaced says which character does not stand in its column. Where one stands whose width is not sure, its neighbours may be
// over a part of it, and behind it there may be a rest of it.
func misplaced(g *glyphs, line []cell, columns []string) string {
	rest := false
	for x, c := range line {
		want := string(g.append(nil, c))
		switch {
		case c.width == 0 || c.unsure: // or there is no place for it
			rest = rest || c.unsure
		case c == blank && rest:
		case columns[x] != want:
			return fmt.Sprintf("%q is to stand in column %d", want, x)
		}
	}
	return ""
}

func TestALineIsTakenApartAsItIsMeant(t *testing.T) {
	const width = 24
	rapid.Check(t, func(t *rapid.T) {
		line := oddLines.Draw(t, "line")
		g := newGlyphs("xterm-256color", colorprofile.TrueColor)
		got := make([]cell, width)
		g.read(line, got)
		want := uv.NewScreenBuffer(width, 1)
		uv.NewStyledString(line).Draw(want, want.Bounds())
		for x, c := range got {
			w := want.CellAt(x, 0)
			if c.width == 0 {
				continue
			}
			style := w.Style
			if w.Content == " " && g.bare[g.lookFor(style)] {
				style = uv.Style{}
			}
			if text := string(g.append(nil, c)); text != w.Content || int(c.width) != w.Width || g.styles[c.look] != style {
				t.Fatalf("%q: column %d is %q, %d wide, %+v, and not %+v", line, x, text, c.width, g.styles[c.look], w)
			}
		}
	})
}
