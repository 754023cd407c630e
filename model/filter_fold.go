package model

import (
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
