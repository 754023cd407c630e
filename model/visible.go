package model

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// acts tells whether a character does something to a terminal or to the text around it, or cannot be seen: of a file that
// has it, more is to be feared than read when it is looked at. The joiner of emoji does neither.
func acts(r rune) bool {
	return r >= 0x7f && r != '\u200d' && !unicode.IsGraphic(r) || r < ' ' && r != '\n' && r != '\t'
}

// visible is text with what acts as its escape: \u001b, or \x9b for a byte that is not UTF-8.
func visible(s string) string {
	if strings.IndexFunc(s, acts) < 0 && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case acts(r):
			b.WriteString(escaped(r))
		default:
			b.WriteString(s[:size])
		}
		s = s[size:]
	}
	return b.String()
}

// visibleJSON is the same JSON with what acts escaped.
func visibleJSON(raw []byte) []byte {
	s := string(raw)
	if strings.IndexFunc(s, func(r rune) bool { return r >= ' ' && acts(r) }) < 0 {
		return raw
	}
	var b strings.Builder
	for _, r := range s {
		if r >= ' ' && acts(r) {
			b.WriteString(escaped(r))
			continue
		}
		b.WriteRune(r)
	}
	return []byte(b.String())
}

func escaped(r rune) string {
	if hi, lo := utf16.EncodeRune(r); hi != unicode.ReplacementChar {
		return fmt.Sprintf(`\u%04x\u%04x`, hi, lo)
	}
	return fmt.Sprintf(`\u%04x`, r)
}
