package text

import "unicode"

// class is what the sanitizer has to know of a code point.
type class uint8

const (
	// classPlain is drawn as it is and can carry marks.
	classPlain class = iota
	// classMark is drawn on the base before it.
	classMark
	// classSpacingMark is a mark with a cell of its own on some terminals.
	classSpacingMark
	// classSelector is one of the two emoji variation selectors.
	classSelector
	// classTone is an emoji skin tone.
	classTone
	// classJoiner is the zero width joiner.
	classJoiner
	// classRegional is one half of a flag.
	classRegional
	// classLeading is a jamo that can open a modern Hangul syllable.
	classLeading
	// classEscape is never drawn.
	classEscape
)

const (
	joiner         = '\u200d'
	graphemeJoiner = '\u034f'
	keycap         = '\u20e3'
	textSelector   = '\ufe0e'
	emojiSelector  = '\ufe0f'
)

// detachedMarks are the spacing marks that open a cluster of their own.
var detachedMarks = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x102b, Hi: 0x102c, Stride: 1},
		{Lo: 0x1038, Hi: 0x1038, Stride: 1},
		{Lo: 0x1062, Hi: 0x1064, Stride: 1},
		{Lo: 0x1067, Hi: 0x106d, Stride: 1},
		{Lo: 0x1083, Hi: 0x1083, Stride: 1},
		{Lo: 0x1087, Hi: 0x108c, Stride: 1},
		{Lo: 0x108f, Hi: 0x108f, Stride: 1},
		{Lo: 0x109a, Hi: 0x109c, Stride: 1},
		{Lo: 0x1a61, Hi: 0x1a61, Stride: 1},
		{Lo: 0x1a63, Hi: 0x1a64, Stride: 1},
		{Lo: 0xaa7b, Hi: 0xaa7b, Stride: 1},
		{Lo: 0xaa7d, Hi: 0xaa7d, Stride: 1},
	},
	R32: []unicode.Range32{{Lo: 0x11720, Hi: 0x11721, Stride: 1}},
}

// swallowing are letters that draw the next character into their own cluster.
// Left in, the end of one text would change the width of the text after it.
var swallowing = &unicode.RangeTable{
	R16: []unicode.Range16{{Lo: 0x0d4e, Hi: 0x0d4e, Stride: 1}},
	R32: []unicode.Range32{
		{Lo: 0x111c2, Hi: 0x111c3, Stride: 1},
		{Lo: 0x1193f, Hi: 0x1193f, Stride: 1},
		{Lo: 0x11941, Hi: 0x11941, Stride: 1},
		{Lo: 0x11a84, Hi: 0x11a89, Stride: 1},
		{Lo: 0x11d46, Hi: 0x11d46, Stride: 1},
		{Lo: 0x11f02, Hi: 0x11f02, Stride: 1},
	},
}

// pictographs are the blocks whose symbols take an emoji selector.
var pictographs = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x00a9, Hi: 0x00a9, Stride: 1},
		{Lo: 0x00ae, Hi: 0x00ae, Stride: 1},
		{Lo: 0x203c, Hi: 0x203c, Stride: 1},
		{Lo: 0x2049, Hi: 0x2049, Stride: 1},
		{Lo: 0x2122, Hi: 0x2122, Stride: 1},
		{Lo: 0x2139, Hi: 0x2139, Stride: 1},
		{Lo: 0x2194, Hi: 0x21aa, Stride: 1},
		{Lo: 0x231a, Hi: 0x23ff, Stride: 1},
		{Lo: 0x24c2, Hi: 0x24c2, Stride: 1},
		{Lo: 0x25aa, Hi: 0x25ab, Stride: 1},
		{Lo: 0x25b6, Hi: 0x25b6, Stride: 1},
		{Lo: 0x25c0, Hi: 0x25c0, Stride: 1},
		{Lo: 0x25fb, Hi: 0x25fe, Stride: 1},
		{Lo: 0x2600, Hi: 0x27bf, Stride: 1},
		{Lo: 0x2934, Hi: 0x2935, Stride: 1},
		{Lo: 0x2b05, Hi: 0x2b55, Stride: 1},
		{Lo: 0x3030, Hi: 0x3030, Stride: 1},
		{Lo: 0x303d, Hi: 0x303d, Stride: 1},
		{Lo: 0x3297, Hi: 0x3299, Stride: 2},
	},
	R32: []unicode.Range32{
		{Lo: 0x1f000, Hi: 0x1f1e5, Stride: 1},
		{Lo: 0x1f200, Hi: 0x1f3fa, Stride: 1},
		{Lo: 0x1f400, Hi: 0x1faff, Stride: 1},
	},
	LatinOffset: 2,
}

// classify sorts a code point above the C0 controls.
func classify(r rune) class {
	switch {
	case r < 0x7f:
		return classPlain
	case r < 0xa0:
		return classEscape
	case r < 0x300:
		if r == '\u00ad' {
			return classEscape
		}
		return classPlain
	case simpleWidth(r) > 0:
		return classPlain
	}
	return classifyRare(r)
}

// classifyRare sorts a code point from U+0300 on. The first cases are shortcuts
// for what hostile text is made of.
func classifyRare(r rune) class {
	switch {
	case r < 0x370 && r != graphemeJoiner:
		return classMark
	case r == joiner:
		return classJoiner
	case r >= 0x200b && r <= 0x200f, r >= 0x2028 && r <= 0x202e, r >= 0x2060 && r <= 0x206f:
		return classEscape
	case r == textSelector || r == emojiSelector:
		return classSelector
	case r >= 0x1f3fb && r <= 0x1f3ff:
		return classTone
	case r >= 0x1f1e6 && r <= 0x1f1ff:
		return classRegional
	case r >= leadingFirst && r < leadingFirst+leadingCount:
		return classLeading
	case isJamo(r), isBlank(r), unicode.Is(swallowing, r),
		unicode.Is(unicode.Variation_Selector, r),
		unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r):
		return classEscape
	// Letters by category which Unicode segmentation treats as marks: the Thai
	// and Lao sign AM and the halfwidth voicing marks.
	case r == 0x0e33 || r == 0x0eb3 || r == 0xff9e || r == 0xff9f:
		return classSpacingMark
	case unicode.Is(unicode.Mc, r):
		if unicode.Is(detachedMarks, r) {
			return classPlain
		}
		return classSpacingMark
	case unicode.Is(unicode.M, r):
		return classMark
	case unicode.IsGraphic(r):
		return classPlain
	}
	return classEscape
}

// isBlank reports the symbols that draw nothing although they are neither
// spaces nor default ignorable.
func isBlank(r rune) bool {
	return r == 0x2800 || r == 0x1d159
}

// isJamo reports the conjoining jamo, which melt into what stands before or
// after them.
func isJamo(r rune) bool {
	return r >= 0x1100 && r <= 0x11ff || r >= 0xa960 && r <= 0xa97f || r >= 0xd7b0 && r <= 0xd7ff
}

// takesSelector reports whether an emoji selector may follow r.
func takesSelector(r rune) bool {
	return r >= 0xa9 && unicode.Is(pictographs, r)
}

const (
	leadingFirst  = 0x1100
	leadingCount  = 19
	vowelFirst    = 0x1161
	vowelCount    = 21
	trailingFirst = 0x11a7
	trailingCount = 28
	syllableFirst = 0xac00
)

// composeHangul joins the jamo of a modern syllable. The trailing one is
// optional, and ok is false if there is no vowel.
func composeHangul(leading, vowel, trailing rune) (syllable rune, parts int, ok bool) {
	v := vowel - vowelFirst
	if v < 0 || v >= vowelCount {
		return 0, 0, false
	}
	syllable = syllableFirst + ((leading-leadingFirst)*vowelCount+v)*trailingCount
	if t := trailing - trailingFirst; t > 0 && t < trailingCount {
		return syllable + t, 3, true
	}
	return syllable, 2, true
}
