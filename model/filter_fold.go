package model

import (
	"encoding/binary"
	"math/bits"
	"unicode"
	"unicode/utf8"
	"unsafe"
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
	var all uint64
	for ; len(s) >= 8; s = s[8:] {
		all |= eightBytes(s, 0)
	}
	for i := range len(s) {
		all |= uint64(s[i])
	}
	return all&highBits == 0
}

const (
	lowBits  = 0x0101010101010101
	highBits = 0x80 * lowBits
	// caseBits are the bits in which the cases of ASCII letters differ, in eight bytes.
	caseBits = 0x20 * lowBits
)

// eightBytes are those of s from a place on, the first of them lowest. That there are so many is not looked at.
func eightBytes(s string, from int) uint64 {
	return binary.LittleEndian.Uint64((*[8]byte)(unsafe.Add(unsafe.Pointer(unsafe.StringData(s)), from))[:])
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
	part  string
	ascii bool
	// first and last are its first and its last byte, each eight times, with the bits set in which cases differ.
	first, last uint64
}

// newFolded prepares a text in lower case.
func newFolded(part string) folded {
	f := folded{part: part, ascii: isASCII(part)}
	if part != "" {
		f.first, f.last = uint64(part[0])*lowBits|caseBits, uint64(part[len(part)-1])*lowBits|caseBits
	}
	return f
}

// in tells whether s contains the text, as [containsFold] does.
func (f *folded) in(s string) bool {
	found, ascii := f.scan(s)
	return found || !ascii && containsFoldRunes(s, f.part)
}

// scan looks for the text as it is but for the case of ASCII letters: what it finds is there. What it does not find is not
// there when s is ASCII, which it tells too.
func (f *folded) scan(s string) (found, ascii bool) {
	size := len(f.part)
	if !f.ascii {
		return false, isASCII(s)
	}
	// In a shorter one not all bytes are seen below.
	if len(s) < 2*size && !isASCII(s) {
		return false, false
	}
	places := len(s) - size + 1
	if places < 8 {
		return f.scanShort(s)
	}
	var seen uint64
	i := 0
	for ; i <= places-16; i += 16 {
		heads, tails := eightBytes(s, i), eightBytes(s, i+size-1)
		more, mores := eightBytes(s, i+8), eightBytes(s, i+size+7)
		seen |= heads | tails | more | mores
		hits, others := f.hits(heads, tails), f.hits(more, mores)
		if hits|others != 0 && (f.isAt(s, i, hits) || f.isAt(s, i+8, others)) {
			return true, false
		}
	}
	for ; i < places; i += 8 {
		i = min(i, places-8)
		heads, tails := eightBytes(s, i), eightBytes(s, i+size-1)
		seen |= heads | tails
		if hits := f.hits(heads, tails); hits != 0 && f.isAt(s, i, hits) {
			return true, false
		}
	}
	return false, seen&highBits == 0
}

// hits are the places at which the text may begin among eight, the highest bit of each: there its first and its last byte
// are. Above such a place may be one more that only looks like it.
func (f *folded) hits(heads, tails uint64) uint64 {
	wrong := ((heads | caseBits) ^ f.first) | ((tails | caseBits) ^ f.last)
	return (wrong - lowBits) &^ wrong & highBits
}

// isAt tells whether the text is at one of eight places.
func (f *folded) isAt(s string, from int, hits uint64) bool {
	for ; hits != 0; hits &= hits - 1 {
		if equalFoldASCII(s[from+bits.TrailingZeros64(hits)/8:], f.part) {
			return true
		}
	}
	return false
}

// scanShort is scan where the text has few places.
func (f *folded) scanShort(s string) (found, ascii bool) {
	for i := range max(0, len(s)-len(f.part)+1) {
		if equalFoldASCII(s[i:], f.part) {
			return true, false
		}
	}
	return false, isASCII(s)
}
