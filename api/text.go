package api

import (
	"bytes"
	"encoding/base64"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// appendUnescaped appends what a JSON string of valid syntax means, at most limit bytes of it and then perhaps less
// than a character's more. Unlike a JSON library it keeps bytes that are not UTF-8: entries hold what was sent.
func appendUnescaped(dst, quoted []byte, limit int) []byte {
	rest := quoted[1 : len(quoted)-1]
	begin := len(dst)
	for len(rest) > 0 {
		room := limit - (len(dst) - begin)
		if room <= 0 {
			break
		}
		plain := bytes.IndexByte(rest[:min(room, len(rest))], '\\')
		if plain < 0 {
			if room < len(rest) {
				return append(dst, rest[:room]...)
			}
			return append(dst, rest...)
		}
		dst = append(dst, rest[:plain]...)
		dst, rest = appendEscape(dst, rest[plain:])
	}
	return dst
}

// appendEscape appends what the escape at the beginning of text stands for, and returns what follows it.
func appendEscape(dst, text []byte) ([]byte, []byte) {
	switch c := text[1]; c {
	case 'b':
		return append(dst, '\b'), text[2:]
	case 'f':
		return append(dst, '\f'), text[2:]
	case 'n':
		return append(dst, '\n'), text[2:]
	case 'r':
		return append(dst, '\r'), text[2:]
	case 't':
		return append(dst, '\t'), text[2:]
	case 'u':
	default:
		return append(dst, c), text[2:]
	}
	r := hex4(text[2:])
	text = text[6:]
	if utf16.IsSurrogate(r) {
		pair := rune(utf8.RuneError)
		if len(text) >= 6 && text[0] == '\\' && text[1] == 'u' {
			pair = utf16.DecodeRune(r, hex4(text[2:]))
		}
		if pair != utf8.RuneError {
			text = text[6:]
		}
		r = pair
	}
	return utf8.AppendRune(dst, r), text
}

func hex4(digits []byte) (r rune) {
	for _, d := range digits[:4] {
		switch {
		case d <= '9':
			d -= '0'
		case d <= 'F':
			d -= 'A' - 10
		default:
			d -= 'a' - 10
		}
		r = r<<4 | rune(d)
	}
	return r
}

// decodeBase64 takes the standard alphabet with or without padding.
func decodeBase64(text []byte) ([]byte, bool) {
	trimmed := strings.TrimRight(string(text), "=\r\n")
	b, err := base64.RawStdEncoding.DecodeString(trimmed)
	return b, err == nil
}
