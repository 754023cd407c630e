package text

import (
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// form selects how a piece of raw text is drawn; the package comment says why
// there are two.
type form uint8

const (
	aligned form = iota
	natural
)

const (
	// maxMarks bounds the marks stacked on one base. More of them reach into
	// the lines above and below.
	maxMarks = 2
	// maxSpacingMarks bounds the marks beside one base. Scripts need more of
	// these, and they do not stack.
	maxSpacingMarks = 4
	// maxMembers bounds the letters or emoji joined in one cluster.
	maxMembers = 8
	// maxOmitted bounds what one stand-in stands for, so that no single piece
	// makes the sanitizer read a whole body.
	maxOmitted = 1000
	// tabStop is the distance of the tab stops in the natural form.
	tabStop = 4
)

// piece is the drawable form of the shortest stretch of raw text that can be
// sanitized on its own.
type piece struct {
	text  string
	size  int // bytes of raw text
	width int
	// alarming says that the text would have acted, hidden or misled.
	alarming bool
	// run says that the text is any number of whole characters, each a cluster,
	// and that they are drawn as they are.
	run bool
}

// nextPiece sanitizes the start of raw, which is not empty, for drawing at
// column col. It depends on nothing before raw, so any piece is a place to
// start from.
func nextPiece(raw string, f form, col int) piece {
	if b := raw[0]; b < ' ' || b == 0x7f {
		return controlPiece(raw, f, col)
	}
	r, size := utf8.DecodeRuneInString(raw)
	if r == utf8.RuneError && size == 1 {
		return standInPiece(badBytes[raw[0]-0x80], 1)
	}
	switch classify(r) {
	case classPlain:
		return clusterPiece(raw, r, size, f)
	case classRegional:
		// Two halves always make one flag, so that whatever text is appended
		// cannot pair with a half left over.
		if second, n := utf8.DecodeRuneInString(raw[size:]); n > 1 && classify(second) == classRegional {
			return simplePiece(raw[:size+n])
		}
	case classMark, classSpacingMark:
		// Without a base, a whole run of marks gets a single stand-in.
		c := cluster{raw: raw, end: size}
		if c.omit(); c.omitted > 0 {
			return standInPiece(standIn(r)+omitted(c.omitted), size+c.skipped)
		}
	case classLeading:
		vowel, n := utf8.DecodeRuneInString(raw[size:])
		trailing, m := utf8.DecodeRuneInString(raw[size+n:])
		if syllable, parts, ok := composeHangul(r, vowel, trailing); ok {
			if parts == 2 {
				m = 0
			}
			return piece{text: string(syllable), size: size + n + m, width: simpleWidth(syllable)}
		}
	}
	return standInPiece(standIn(r), size)
}

// standInPiece relies on stand-ins being made of characters of one cell each.
func standInPiece(text string, size int) piece {
	return piece{text: text, size: size, width: utf8.RuneCountInString(text), alarming: true}
}

func controlPiece(raw string, f form, col int) piece {
	if raw[0] == '\t' && f == natural {
		width := tabStop - col%tabStop
		return piece{text: "    "[:width], size: 1, width: width}
	}
	text := controlPicture(raw[0])
	layout := raw[0] == '\t' || raw[0] == '\n' || raw[0] == '\r' && len(raw) > 1 && raw[1] == '\n'
	return piece{text: text, size: 1, width: 1, alarming: !layout}
}

// clusterPiece sanitizes the cluster whose base is the first size bytes of raw.
func clusterPiece(raw string, base rune, size int, f form) piece {
	if n, width := SimpleCluster(raw); n == size {
		return piece{text: raw[:size], size: size, width: width}
	}
	c := cluster{raw: raw, base: base, end: size, bare: true}
	for c.end < len(raw) && raw[c.end] >= 0x80 && c.extend() {
	}
	if c.end == size && c.omitted == 0 {
		if f == aligned && isDisputed(base) {
			p := standInPiece(standIn(base), size)
			p.alarming = false
			return p
		}
		return simplePiece(raw[:size])
	}
	c.odd = c.odd || isDisputed(base)
	p := piece{text: raw[:c.end], size: c.end, width: c.easyWidth()}
	if p.width == 0 {
		if f == aligned {
			p.text = align(p.text)
		}
		p.width = cells(p.text)
	}
	if c.omitted > 0 {
		rest := omitted(c.omitted)
		p.text += rest
		p.size += c.skipped
		p.width += utf8.RuneCountInString(rest)
		p.alarming = true
	}
	return p
}

// simplePiece draws a base on its own, whose width is zero only if some table
// took it for invisible.
func simplePiece(text string) piece {
	width := cells(text)
	if width == 0 {
		return standInPiece(standInAll(text), len(text))
	}
	return piece{text: text, size: len(text), width: width}
}

func standInAll(text string) string {
	all := ""
	for _, r := range text {
		all += standIn(r)
	}
	return all
}

// cluster is a base and the code points accepted onto it so far.
type cluster struct {
	raw     string
	base    rune
	end     int
	marks   int
	spacing int
	members int
	// bare says that nothing follows the base yet.
	bare bool
	// marked says that the cluster ends in a mark.
	marked bool
	// odd says that something other than a common accent was accepted.
	odd bool
	// omitted counts the surplus marks and skipped their bytes.
	omitted, skipped int
}

// extend accepts the next code point, which is not ASCII, if it belongs to the
// cluster and may be drawn there. What is refused becomes a piece of its own,
// where it has no base and so gets a stand-in.
func (c *cluster) extend() bool {
	r, n := utf8.DecodeRuneInString(c.raw[c.end:])
	if r == utf8.RuneError {
		return false
	}
	switch classify(r) {
	case classMark:
		c.marks++
		c.odd = c.odd || r >= 0x370
		return c.mark(n, c.marks > maxMarks)
	case classSpacingMark:
		c.spacing++
		c.odd = true
		return c.mark(n, c.spacing > maxSpacingMarks)
	case classSelector:
		return c.bare && c.selector(r, n)
	case classTone:
		return c.bare && takesSelector(c.base) && c.accept(n)
	case classJoiner:
		return c.join(n)
	case classPlain:
		// In some scripts a mark fuses the letter before it with the next one.
		return c.marked && r >= 0x900 && c.member(r, n)
	}
	return false
}

// accept takes in the next n bytes, which are no common accent.
func (c *cluster) accept(n int) bool {
	c.end += n
	c.bare, c.marked, c.odd = false, false, true
	return true
}

// easyWidth returns the width of a cluster on which no two terminals differ,
// and zero for one that must be measured.
func (c *cluster) easyWidth() int {
	if c.odd {
		return 0
	}
	if c.base < 0x80 && !ambiguousIsWide {
		return 1
	}
	return simpleWidth(c.base)
}

func (c *cluster) mark(n int, surplus bool) bool {
	if c.members == maxMembers {
		return false
	}
	if surplus {
		c.omit()
		return false
	}
	c.end += n
	c.bare, c.marked = false, true
	return true
}

// omit counts the marks from here on.
func (c *cluster) omit() {
	for c.omitted < maxOmitted {
		r, n := utf8.DecodeRuneInString(c.raw[c.end+c.skipped:])
		if k := classify(r); n == 0 || k != classMark && k != classSpacingMark {
			return
		}
		c.omitted++
		c.skipped += n
	}
}

func (c *cluster) selector(r rune, n int) bool {
	if takesSelector(c.base) {
		return c.accept(n)
	}
	if c.base > '9' || c.base < '0' && c.base != '#' && c.base != '*' || r != emojiSelector {
		return false
	}
	next, _ := utf8.DecodeRuneInString(c.raw[c.end+n:])
	return next == keycap && c.accept(n)
}

// join accepts a joiner together with the emoji after it.
func (c *cluster) join(n int) bool {
	next, m := utf8.DecodeRuneInString(c.raw[c.end+n:])
	drawn := takesSelector(next) && classify(next) == classPlain
	return drawn && takesSelector(c.base) && c.member(next, n+m)
}

// member accepts the next n bytes, which end in the letter or emoji r, if
// Unicode segmentation sees them in the same cluster.
func (c *cluster) member(r rune, n int) bool {
	if c.members == maxMembers {
		return false
	}
	whole := c.raw[:c.end+n]
	if first, _ := ansi.FirstGraphemeCluster(whole, ansi.GraphemeWidth); len(first) < len(whole) {
		return false
	}
	c.members++
	c.accept(n)
	c.base, c.bare, c.marks, c.spacing = r, true, 0, 0
	return true
}
