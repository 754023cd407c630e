package text

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// ambiguousIsWide says that the environment asks for East Asian widths, which
// the measuring library then follows.
var ambiguousIsWide = ansi.StringWidth("±") == 2

// simpleWidth returns the width of r if it lies in a range which holds nothing
// but plain characters of one width, and otherwise zero. These ranges make up
// most text that is not ASCII, and spare it the searches in large tables.
func simpleWidth(r rune) int {
	switch {
	case r >= 0x4e00 && r <= 0x9fff, // Han
		r >= 0xac00 && r <= 0xd7a3, // Hangul syllables
		r >= 0x3000 && r <= 0x3020, // ideographic punctuation
		r >= 0x3041 && r <= 0x3096, // Hiragana
		r >= 0x30a1 && r <= 0x30ff, // Katakana
		r >= 0xff01 && r <= 0xff60: // fullwidth forms
		return 2
	case ambiguousIsWide:
		return 0
	case r >= 0xae && r < 0x300, // Latin
		r >= 0x03a3 && r <= 0x03ff,                             // Greek
		r >= 0x0400 && r <= 0x0482, r >= 0x048a && r <= 0x052f, // Cyrillic
		r >= 0x2010 && r <= 0x2027, // dashes, quotes and the ellipsis
		r >= 0x2400 && r <= 0x2421, // control pictures
		r >= 0x2500 && r <= 0x257f, // box drawing
		r == 0x27ea, r == 0x27eb:   // brackets of the stand-ins
		return 1
	}
	return 0
}

// simpleCluster returns the length and width of the first character of s if it
// is of a simple range and cannot be a part of anything larger. Otherwise the
// length is zero.
func simpleCluster(s string) (size, width int) {
	r, size := utf8.DecodeRuneInString(s)
	width = 1
	if r >= 0x80 {
		width = simpleWidth(r)
	}
	if width == 0 {
		return 0, 0
	}
	if size < len(s) && s[size] >= 0x80 {
		if next, _ := utf8.DecodeRuneInString(s[size:]); simpleWidth(next) == 0 {
			return 0, 0
		}
	}
	return size, width
}

// firstCluster returns the first cluster of s, which is sanitized and not
// empty, and its width.
func firstCluster(s string) (string, int) {
	if size, width := simpleCluster(s); size > 0 {
		return s[:size], width
	}
	text, whole := ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
	return text, max(whole, ansi.StringWidthWc(text))
}

// measure returns the width of s by grapheme clusters and by code points. Both
// come from the library that the renderer measures with.
func measure(s string) (whole, single int) {
	return ansi.StringWidth(s), ansi.StringWidthWc(s)
}

// cells returns the larger width of s.
func cells(s string) int {
	return max(measure(s))
}

// align returns the form of one cluster on whose width every terminal agrees.
func align(s string) string {
	plain := strings.Map(func(r rune) rune {
		switch classify(r) {
		case classSelector, classTone, classJoiner:
			return -1
		}
		return r
	}, s)
	if agreed(plain) {
		return plain
	}
	var b strings.Builder
	for plain != "" {
		n := member(plain)
		b.WriteString(alignMember(plain[:n]))
		plain = plain[n:]
	}
	return b.String()
}

// member returns the length of the first base of a cluster and of its marks.
func member(s string) int {
	_, n := utf8.DecodeRuneInString(s)
	for n < len(s) {
		r, size := utf8.DecodeRuneInString(s[n:])
		if k := classify(r); k != classMark && k != classSpacingMark {
			break
		}
		n += size
	}
	return n
}

func alignMember(s string) string {
	if agreed(s) {
		return s
	}
	_, size := utf8.DecodeRuneInString(s)
	base := s[:size]
	if size == len(s) {
		return base
	}
	return base + undrawn
}

// agreed reports whether the width of s is the same on every terminal,
// whatever is drawn after it.
func agreed(s string) bool {
	whole, single := measure(s)
	if whole == 0 || whole != single {
		return false
	}
	last, _ := utf8.DecodeLastRuneInString(s)
	return classify(last) != classMark || !fuses(s)
}

// fuses reports whether s would draw a following letter into its last cluster.
func fuses(s string) bool {
	const consonant = "\u0915"
	return ansi.StringWidth(s+consonant) == ansi.StringWidth(s)
}
