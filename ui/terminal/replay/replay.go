// Package replay plays what was written to a terminal, for the tests that ask what stands there then. Nothing else imports it.
package replay

import (
	"fmt"
	"strings"

	"github.com/hinshun/vt10x"
)

// EraseAll is what a frame begins with that draws everything.
const EraseAll = "\x1b[2J"

// shownInBlanks are the bits with which vt10x says that a character is reversed or underlined.
const shownInBlanks = 1 | 2

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
	_, _ = term.Write([]byte(output))
	var b strings.Builder
	for y := range height {
		var styles strings.Builder
		was := vt10x.Glyph{FG: vt10x.DefaultFG, BG: vt10x.DefaultBG}
		for x := range width {
			g := term.Cell(x, y)
			if g.Char == ' ' && g.BG == vt10x.DefaultBG && g.Mode&shownInBlanks == 0 {
				g = vt10x.Glyph{Char: ' ', FG: vt10x.DefaultFG, BG: vt10x.DefaultBG} // it looks like that
			}
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
