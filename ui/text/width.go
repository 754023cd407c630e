package text

import (
	"strings"
	"unicode"
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
		r >= 0x2190 && r <= 0x21ff, // arrows
		r >= 0x2400 && r <= 0x2421, // control pictures
		r >= 0x2500 && r <= 0x25fc, // box drawing, blocks and shapes
		r == 0x27ea, r == 0x27eb:   // brackets of the stand-ins
		return 1
	}
	return 0
}

// SimpleCluster returns the length in bytes of the first character of s, which is not empty, and its width in columns, if it
// is of a simple range and cannot be a part of anything larger. Otherwise the length is zero.
func SimpleCluster(s string) (size, width int) {
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
	if size, width := SimpleCluster(s); size > 0 {
		return s[:size], width
	}
	text, whole := ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
	return text, max(whole, ansi.StringWidthWc(text))
}

// disputed are the characters on whose width terminals differ whatever they measure by: those that Unicode 16 made wide,
// those that are wide only in the tables of some, and what is newer than Unicode 14, which terminals in use do not know and
// so leave out. TestTmuxPutsTheCursorWhereTheWidthSays finds them.
var disputed = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x2630, Hi: 0x2637, Stride: 1},
		{Lo: 0x268a, Hi: 0x268f, Stride: 1},
		{Lo: 0x3248, Hi: 0x324f, Stride: 1},
		{Lo: 0x4dc0, Hi: 0x4dff, Stride: 1},
	},
	R32: []unicode.Range32{
		{Lo: 0x1123f, Hi: 0x11241, Stride: 1},
		{Lo: 0x11b00, Hi: 0x11b09, Stride: 1},
		{Lo: 0x11f00, Hi: 0x11f59, Stride: 1},
		{Lo: 0x1342f, Hi: 0x1342f, Stride: 1},
		{Lo: 0x13439, Hi: 0x13455, Stride: 1},
		{Lo: 0x1b132, Hi: 0x1b132, Stride: 1},
		{Lo: 0x1b155, Hi: 0x1b155, Stride: 1},
		{Lo: 0x1d2c0, Hi: 0x1d2d3, Stride: 1},
		{Lo: 0x1d300, Hi: 0x1d356, Stride: 1},
		{Lo: 0x1d360, Hi: 0x1d376, Stride: 1},
		{Lo: 0x1df25, Hi: 0x1df2a, Stride: 1},
		{Lo: 0x1e030, Hi: 0x1e08f, Stride: 1},
		{Lo: 0x1e4d0, Hi: 0x1e4f9, Stride: 1},
		{Lo: 0x1f6dc, Hi: 0x1f6dc, Stride: 1},
		{Lo: 0x1f774, Hi: 0x1f776, Stride: 1},
		{Lo: 0x1f77b, Hi: 0x1f77f, Stride: 1},
		{Lo: 0x1f7d9, Hi: 0x1f7d9, Stride: 1},
		{Lo: 0x1fa75, Hi: 0x1fa77, Stride: 1},
		{Lo: 0x1fa87, Hi: 0x1fa88, Stride: 1},
		{Lo: 0x1faad, Hi: 0x1faaf, Stride: 1},
		{Lo: 0x1fabb, Hi: 0x1fabd, Stride: 1},
		{Lo: 0x1fabf, Hi: 0x1fabf, Stride: 1},
		{Lo: 0x1face, Hi: 0x1facf, Stride: 1},
		{Lo: 0x1fada, Hi: 0x1fadb, Stride: 1},
		{Lo: 0x1fae8, Hi: 0x1fae8, Stride: 1},
		{Lo: 0x1faf7, Hi: 0x1faf8, Stride: 1},
		{Lo: 0x31350, Hi: 0x323af, Stride: 1},
	},
}

func isDisputed(r rune) bool { return r >= 0x2630 && unicode.Is(disputed, r) }

// measure returns the width of s by grapheme clusters and by code points. Both
// come from the library that the canvas measures with.
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
	r, size := utf8.DecodeRuneInString(s)
	base := s[:size]
	if isDisputed(r) {
		base = standIn(r)
	}
	if size == len(s) {
		return base
	}
	return base + undrawn
}

// agreed reports whether the width of s is the same on every terminal,
// whatever is drawn after it.
func agreed(s string) bool {
	whole, single := measure(s)
	if strings.ContainsFunc(s, isDisputed) {
		return false
	}
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
