// Package replay plays what was written to a terminal, for the tests that ask what stands there then. Nothing else imports it.
package replay

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/hinshun/vt10x"
)

// EraseAll is what a frame begins with that draws everything.
const EraseAll = "\x1b[2J"

// Differences are the lines in which two screens are not the same.
func Differences(shows, means string) string {
	var b strings.Builder
	other := strings.Split(means, "\n")
	for i, line := range strings.Split(shows, "\n") {
		if i < len(other) && line != other[i] {
			fmt.Fprintf(&b, "%2d %s\n   %s\n", i+1, line, other[i])
		}
	}
	return b.String()
}

// Cells are the text of the screen after some output, and where the style changes.
func Cells(output string, width, height int) string {
	term := vt10x.New(vt10x.WithSize(width, height))
	_, _ = term.Write([]byte(Plainly(output)))
	var b strings.Builder
	for y := range height {
		var styles strings.Builder
		was := vt10x.Glyph{FG: vt10x.DefaultFG, BG: vt10x.DefaultBG}
		for x := range width {
			g := term.Cell(x, y)
			b.WriteRune(max(g.Char, ' '))
			if g.Mode != was.Mode || g.FG != was.FG || g.BG != was.BG {
				fmt.Fprintf(&styles, " %d:%x/%x/%x", x, g.Mode, g.FG, g.BG)
			}
			was = g
		}
		fmt.Fprintf(&b, " |%s\n", styles.String())
	}
	return b.String()
}

// Plainly replaces what vt10x does not know: the repetition of a character, and the mode in which characters push the
// others to the right.
func Plainly(output string) string {
	var b strings.Builder
	var last rune
	inserts := false
	for i := 0; i < len(output); {
		rest := output[i:]
		switch {
		case strings.HasPrefix(rest, "\x1b["):
			end := strings.IndexFunc(rest[2:], func(r rune) bool { return r >= '@' && r <= '~' }) + 3
			if end < 3 {
				return b.String()
			}
			switch sequence := rest[:end]; {
			case sequence == "\x1b[4h":
				inserts = true
			case sequence == "\x1b[4l":
				inserts = false
			case rest[end-1] == 'b':
				n, _ := strconv.Atoi(rest[2 : end-1])
				b.WriteString(strings.Repeat(string(last), max(n, 1)))
			default:
				b.WriteString(sequence)
			}
			i += end
		case rest[0] == '\x1b' || rest[0] < ' ':
			b.WriteByte(rest[0])
			i++
		default:
			r := []rune(rest[:min(len(rest), 4)])[0]
			if inserts {
				b.WriteString("\x1b[1@")
			}
			b.WriteRune(r)
			last = r
			i += len(string(r))
		}
	}
	return b.String()
}
