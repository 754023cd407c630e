// Package hostile has the texts that the tests attack the program with, in one table for every place where text is shown,
// and what tells whether the output of the program acts on a terminal in a way that is not the program's own. Only tests
// import it.
package hostile

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// own are the escape sequences that the program sends by itself: those of its canvas, and the fixed title.
var own = regexp.MustCompile(`^\x1b(?:` +
	`\[[0-9;]*[ABCDHr]|\[2J|\[K|\[[0-9;:]*m|` +
	`\[\?(?:7|25|1049|2004|2026)[hl]|\[\?2026\$p|` +
	`\[[><]1u|\[2[23];2t|M|` +
	`\]2;(?:redrive)?\x07)`)

// longestOwn is how long they are at most.
const longestOwn = 128

// Acting returns what in the output of the program acts on a terminal and is not of the program; empty when nothing does.
func Acting(output string) string {
	for i := 0; i < len(output); {
		switch c := output[i]; {
		case c >= ' ' && c < 0x7f:
			i++
			continue
		case c == 0x1b:
			if s := own.FindString(output[i:min(len(output), i+longestOwn)]); s != "" {
				i += len(s)
				continue
			}
		}
		r, size := utf8.DecodeRuneInString(output[i:])
		if bad(r, size) {
			return fmt.Sprintf("%U in %q", r, output[max(0, i-10):min(len(output), i+30)])
		}
		i += size
	}
	return ""
}

// bad tells whether a character acts, hides or reorders. Emoji that are joined are drawn as they are in bodies.
func bad(r rune, size int) bool {
	switch {
	case r == utf8.RuneError && size == 1:
		return true
	case strings.ContainsRune("\n\r\b\t\u200d", r):
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp) || !unicode.IsGraphic(r)
}
