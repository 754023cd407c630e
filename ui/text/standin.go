package text

import (
	"strconv"
	"strings"
)

const hexDigits = "0123456789abcdef"

// controlPictures holds the picture of each C0 control, three bytes each.
const controlPictures = "␀␁␂␃␄␅␆␇␈␉␊␋␌␍␎␏␐␑␒␓␔␕␖␗␘␙␚␛␜␝␞␟"

// undrawn takes the place of marks which cannot be drawn with the same width on
// every terminal.
const undrawn = "◌"

// controlPicture returns the picture of a C0 control or DEL.
func controlPicture(b byte) string {
	if b == 0x7f {
		return "␡"
	}
	return controlPictures[int(b)*3 : int(b)*3+3]
}

// badBytes holds the stand-in of each byte from 0x80 on, and c1Controls that of
// each C1 control.
var (
	badBytes   = escapes(`\x`, 0x80, 0xff)
	c1Controls = escapes(`\u00`, 0x80, 0x9f)
)

func escapes(prefix string, first, last int) []string {
	var all []string
	for c := first; c <= last; c++ {
		all = append(all, prefix+string(hexDigits[c>>4])+string(hexDigits[c&15]))
	}
	return all
}

// standIn returns the visible form of a code point that is not drawn.
func standIn(r rune) string {
	switch {
	case r >= 0x80 && r < 0xa0:
		return c1Controls[r-0x80]
	case r >= 0xe0020 && r <= 0xe007e:
		return "⟪TAG:" + string(r-0xe0000) + "⟫"
	case r >= 0xfe00 && r <= 0xfe0f:
		return "⟪VS" + strconv.Itoa(int(r-0xfe00+1)) + "⟫"
	case r >= 0xe0100 && r <= 0xe01ef:
		return "⟪VS" + strconv.Itoa(int(r-0xe0100+17)) + "⟫"
	case r >= 0x1f1e6 && r <= 0x1f1ff:
		return "⟪RI:" + string(r-0x1f1e6+'A') + "⟫"
	}
	if name := invisibleName(r); name != "" {
		return name
	}
	hex := strings.ToUpper(strconv.FormatInt(int64(r), 16))
	return "⟪U+" + strings.Repeat("0", max(0, 4-len(hex))) + hex + "⟫"
}

// invisibleName returns the stand-in of the code points an operator is likely
// to know by abbreviation.
func invisibleName(r rune) string {
	switch r {
	case 0x00ad:
		return "⟪SHY⟫"
	case 0x034f:
		return "⟪CGJ⟫"
	case 0x061c:
		return "⟪ALM⟫"
	case 0x200b:
		return "⟪ZWSP⟫"
	case 0x200c:
		return "⟪ZWNJ⟫"
	case 0x200d:
		return "⟪ZWJ⟫"
	case 0x200e:
		return "⟪LRM⟫"
	case 0x200f:
		return "⟪RLM⟫"
	case 0x2028:
		return "⟪LS⟫"
	case 0x2029:
		return "⟪PS⟫"
	case 0x202a:
		return "⟪LRE⟫"
	case 0x202b:
		return "⟪RLE⟫"
	case 0x202c:
		return "⟪PDF⟫"
	case 0x202d:
		return "⟪LRO⟫"
	case 0x202e:
		return "⟪RLO⟫"
	case 0x2060:
		return "⟪WJ⟫"
	case 0x2066:
		return "⟪LRI⟫"
	case 0x2067:
		return "⟪RLI⟫"
	case 0x2068:
		return "⟪FSI⟫"
	case 0x2069:
		return "⟪PDI⟫"
	case 0xfeff:
		return "⟪BOM⟫"
	}
	return ""
}

// omitted stands for n marks or cluster members left out.
func omitted(n int) string {
	return "⟪+" + strconv.Itoa(n) + "⟫"
}
