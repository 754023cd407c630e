package canvas

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/colorprofile"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/ansi/parser"

	"redrive/ui/text"
)

const (
	// firstEmoji is where the characters begin on whose width terminals of different years disagree.
	firstEmoji = 0x1f000
	// mostClusters is how many characters of more than one code point are known beside those of a screen before all are forgotten,
	// and mostLooks how many looks: what is over it is drawn plainly.
	mostClusters = 4096
	mostLooks    = 4096
)

// cell is what stands in one column of a line.
type cell struct {
	// text is a code point, or below zero a character of several in [glyphs]. The columns of a wide one all have it.
	text int32
	look look
	// width is how many columns the character takes, zero in all of them but the first.
	width uint8
	// unsure is set where terminals disagree on the width.
	unsure bool
}

// blank is a column in which nothing stands.
var blank = cell{text: ' ', width: 1}

// look is the place of colours and attributes in [glyphs]; zero is that of plain text.
type look uint16

// glyphs turns lines into cells, and knows what cells mean.
type glyphs struct {
	profile colorprofile.Profile
	// resets is set for a terminal that cannot end an attribute without ending all.
	resets bool

	clusters  []string
	clusterOf map[string]int32

	// styles are those that lines ask for, shown what of each the terminal can show, bare whether a space in it looks like a blank.
	styles []uv.Style
	shown  []look
	bare   []bool
	lookOf map[uv.Style]look
	after  map[restyled]look
	change map[[2]look]string
	parser *ansi.Parser
}

// restyled is a look after which a sequence comes.
type restyled struct {
	look     look
	sequence string
}

func newGlyphs(term string, profile colorprofile.Profile) *glyphs {
	g := &glyphs{
		profile: profile, resets: strings.HasPrefix(term, "vt"), clusterOf: map[string]int32{},
		lookOf: map[uv.Style]look{}, after: map[restyled]look{}, change: map[[2]look]string{}, parser: new(ansi.Parser),
	}
	g.parser.SetParamsSize(parser.MaxParamsSize)
	g.lookFor(uv.Style{})
	return g
}

// read writes the cells of a line, and blanks after them. What of the line has no place is left out.
func (g *glyphs) read(line string, cells []cell) {
	var pen look
	x := 0
	for len(line) > 0 && x < len(cells) {
		if c := line[0]; c >= ' ' && c < 0x7f && (len(line) == 1 || line[1] < utf8.RuneSelf) {
			cells[x] = g.dress(cell{text: int32(c), width: 1}, pen)
			line = line[1:]
			x++
			continue
		}
		if line[0] < ' ' || line[0] == 0x7f {
			n := g.sequence(line, &pen)
			line = line[n:]
			continue
		}
		cluster, width := firstCluster(line)
		line = line[len(cluster):]
		switch {
		case unicode.IsControl(firstRune(cluster)):
		case width == 0:
			g.fold(cells[:x], cluster)
		case x+width > len(cells):
			for ; x < len(cells); x++ {
				cells[x] = g.dress(blank, pen)
			}
		default:
			c := g.dress(cell{text: g.textOf(cluster), width: uint8(min(width, 255)), unsure: isUnsure(cluster, width)}, pen)
			for i := range width {
				cells[x+i] = c
				c.width = 0
			}
			x += width
		}
	}
	for ; x < len(cells); x++ {
		cells[x] = blank
	}
}

// firstCluster returns the first character of a line, and its width. What the library needs to measure one is large, and made when it
// is first asked.
func firstCluster(line string) (string, int) {
	if size, width := text.SimpleCluster(line); size > 0 {
		return line[:size], width
	}
	return ansi.FirstGraphemeCluster(line, ansi.WcWidth)
}

// dress gives a cell its look.
func (g *glyphs) dress(c cell, pen look) cell {
	if pen = g.shown[pen]; c.text != ' ' || !g.bare[pen] {
		c.look = pen
	}
	return c
}

// sequence reads what a line has beside text, and returns how long it is.
func (g *glyphs) sequence(line string, pen *look) int {
	if strings.HasPrefix(line, "\x1b[") {
		if end := strings.IndexByte(line, 'm') + 1; end > 0 {
			if l, known := g.after[restyled{*pen, line[:end]}]; known {
				*pen = l
				return end
			}
		}
	}
	seq, _, n, _ := ansi.DecodeSequence(line, ansi.NormalState, g.parser)
	if ansi.HasCsiPrefix(seq) && g.parser.Command() == 'm' {
		style := g.styles[*pen]
		uv.ReadStyle(g.parser.Params(), &style)
		to := g.lookFor(style)
		if len(g.after) < mostLooks {
			g.after[restyled{*pen, strings.Clone(seq)}] = to
		}
		*pen = to
	}
	return max(n, 1)
}

// fold adds a mark that has no width to the character before it.
func (g *glyphs) fold(before []cell, mark string) {
	at := len(before) - 1
	for at >= 0 && before[at].width == 0 {
		at--
	}
	if at < 0 {
		return
	}
	text := g.textOf(string(g.append(nil, before[at])) + mark)
	for i := at; i < len(before); i++ {
		before[i].text, before[i].unsure = text, true
	}
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

func isUnsure(cluster string, width int) bool {
	r, n := utf8.DecodeRuneInString(cluster)
	return n < len(cluster) || r >= firstEmoji || width > 1 && ansi.StringWidth(cluster) != width
}

func (g *glyphs) textOf(cluster string) int32 {
	if r, n := utf8.DecodeRuneInString(cluster); n == len(cluster) {
		return r
	}
	id, known := g.clusterOf[cluster]
	if !known {
		cluster = strings.Clone(cluster)
		g.clusters = append(g.clusters, cluster)
		id = -int32(len(g.clusters))
		g.clusterOf[cluster] = id
	}
	return id
}

// tooMany tells whether more characters of several code points are known than should be: those of a whole screen always may.
func (g *glyphs) tooMany(columns int) bool { return len(g.clusters) > mostClusters+columns }

// forget forgets them. No cell may be kept.
func (g *glyphs) forget() {
	g.clusters = g.clusters[:0]
	clear(g.clusterOf)
}

// append appends the text of a cell.
func (g *glyphs) append(b []byte, c cell) []byte {
	if c.text < 0 {
		return append(b, g.clusters[-c.text-1]...)
	}
	return utf8.AppendRune(b, c.text)
}

func (g *glyphs) lookFor(style uv.Style) look {
	if l, known := g.lookOf[style]; known {
		return l
	}
	if len(g.styles) >= mostLooks {
		return 0
	}
	l := look(len(g.styles))
	g.lookOf[style] = l
	g.styles = append(g.styles, style)
	g.bare = append(g.bare, style.Bg == nil && style.Underline == uv.UnderlineNone && style.Attrs&(uv.AttrReverse|uv.AttrStrikethrough) == 0)
	g.shown = append(g.shown, l)
	if shown := uv.ConvertStyle(style, g.profile); shown != style {
		g.shown[l] = g.lookFor(shown)
	}
	return l
}

// restyle is the shortest sequence that leads from one look to another.
func (g *glyphs) restyle(from, to look) string {
	if from == to {
		return ""
	}
	s, known := g.change[[2]look{from, to}]
	if !known {
		s = ansi.ResetStyle
		if to != 0 {
			s = "\x1b[0;" + strings.TrimPrefix(g.styles[to].String(), "\x1b[")
			if difference := uv.StyleDiff(&g.styles[from], &g.styles[to]); len(difference) < len(s) && !g.resets {
				s = difference
			}
		}
		g.change[[2]look{from, to}] = s
	}
	return s
}
