package model

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// containsFold tells whether s contains part, which is in lower case, without allocating.
func containsFold(s, part string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return containsFoldRunes(s, part)
		}
		if lower(s[i]) == part[0] && len(s)-i >= len(part) && equalFoldASCII(s[i:], part) {
			return true
		}
	}
	return false
}

func equalFoldASCII(s, part string) bool {
	for j := range len(part) {
		if lower(s[j]) != part[j] {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// containsFoldRunes finds what strings.Contains finds in strings.ToLower(s).
func containsFoldRunes(s, part string) bool {
	for len(s) > 0 {
		if hasPrefixFold(s, part) {
			return true
		}
		_, size := utf8.DecodeRuneInString(s)
		s = s[size:]
	}
	return false
}

func hasPrefixFold(s, part string) bool {
	for len(part) > 0 {
		if len(s) == 0 {
			return false
		}
		r, size := lowerRune(s)
		p, width := utf8.DecodeRuneInString(part)
		if r != p {
			return false
		}
		s, part = s[size:], part[width:]
	}
	return true
}

func lowerRune(s string) (rune, int) {
	if s[0] < utf8.RuneSelf {
		return rune(lower(s[0])), 1
	}
	r, size := utf8.DecodeRuneInString(s)
	return unicode.ToLower(r), size
}

func isASCII(s string) bool {
	for ; len(s) >= 8; s = s[8:] {
		if (s[0]|s[1]|s[2]|s[3]|s[4]|s[5]|s[6]|s[7])&utf8.RuneSelf != 0 {
			return false
		}
	}
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// isPlainID tells whether a text is of what the service makes its ids of.
func isPlainID(s string) bool {
	for i := range len(s) {
		if c := lower(s[i]); (c < 'a' || c > 'z') && !isDigit(c) && c != '_' && c != '-' {
			return false
		}
	}
	return true
}

// folded is a text in lower case that is looked for in many others.
type folded struct {
	part   string
	anchor int // the byte of it that is looked for first
	low    byte
	up     byte // the same in upper case
}

// newFolded prepares a text in lower case. What is no letter and no digit is the rarest in what is looked through.
func newFolded(part string) folded {
	f := folded{part: part, anchor: max(0, strings.IndexFunc(part, func(r rune) bool { return r < 'a' && (r < '0' || r > '9') }))}
	f.low = part[f.anchor]
	if f.up = f.low; 'a' <= f.low && f.low <= 'z' {
		f.up = f.low - 'a' + 'A'
	}
	return f
}

// in tells whether s contains the text.
func (f *folded) in(s string) bool {
	if isASCII(s) {
		return f.inASCII(s)
	}
	return containsFold(s, f.part)
}

// inASCII is in, of a text that is ASCII.
func (f *folded) inASCII(s string) bool {
	places := len(s) - len(f.part) + 1
	if places <= 0 {
		return false
	}
	anchors := s[f.anchor : f.anchor+places]
	low, up := strings.IndexByte(anchors, f.low), -1
	if f.up != f.low {
		up = strings.IndexByte(anchors, f.up)
	}
	for low >= 0 || up >= 0 {
		at := low
		if low < 0 || up >= 0 && up < low {
			at = up
		}
		if equalFoldASCII(s[at:], f.part) {
			return true
		}
		if at == low {
			low = nextByte(anchors, f.low, at)
		} else {
			up = nextByte(anchors, f.up, at)
		}
	}
	return false
}

// nextByte is the place of the next byte after a place; -1 when there is none.
func nextByte(s string, b byte, after int) int {
	if i := strings.IndexByte(s[after+1:], b); i >= 0 {
		return after + 1 + i
	}
	return -1
}
