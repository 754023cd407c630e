package model

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What takes the place of what differs between two failures of one cause.
const (
	aNumber = "‹n›"
	anID    = "‹id›"
	aTime   = "‹time›"
	aURL    = "‹url›"
	aPath   = "‹path›"
	anIP    = "‹ip›"
	anEmail = "‹email›"
	aQuote  = "‹q›"
)

// normal writes texts with placeholders.
type normal struct{ out []byte }

// appendNormal appends the text to dst, with a placeholder for everything that does not belong to the cause, one space for
// all white space, and no characters that cannot be seen. It ends soon after dst has [longestCause] bytes.
func appendNormal(dst []byte, s string) []byte {
	n := normal{dst}
	begin := len(dst)
	for i := 0; i < len(s) && len(n.out) < longestCause; {
		switch c := s[i]; {
		case c <= ' ' || c == 0x7f:
			n.space(begin)
			i++
		case c == '"' || c == '`':
			i += n.quote(s, i, string(c))
		case c == '\'':
			i += n.quote(s, i, "'")
		case c >= utf8.RuneSelf:
			i += n.rune(s, i, begin)
		case startsToken[c]:
			end := tokenEnd(s, i)
			n.token(s[i:end], begin)
			i = end
		default:
			n.out = append(n.out, c)
			i++
		}
	}
	for len(n.out) > begin && n.out[len(n.out)-1] == ' ' {
		n.out = n.out[:len(n.out)-1]
	}
	return cutRune(n.out, longestCause)
}

func (n *normal) space(begin int) {
	if len(n.out) > begin && n.out[len(n.out)-1] != ' ' {
		n.out = append(n.out, ' ')
	}
}

// otherQuotes are quotes beyond ASCII with what ends them.
var otherQuotes = map[rune]string{'“': "”", '‘': "’", '«': "»", '„': "“", '「': "」"}

// rune appends one character beyond ASCII, and returns its size in s.
func (n *normal) rune(s string, i, begin int) int {
	r, size := utf8.DecodeRuneInString(s[i:])
	switch closing, isQuote := otherQuotes[r]; {
	case isQuote:
		if end := strings.Index(s[i+size:min(len(s), i+size+longestQuote)], closing); end >= 0 {
			n.quoted(s, i, s[i+size:i+size+end], i+size+end+len(closing))
			return size + end + len(closing)
		}
		n.out = append(n.out, '\'')
	case r == utf8.RuneError:
		n.out = append(n.out, '?')
	case unicode.IsSpace(r):
		n.space(begin)
	case unicode.IsGraphic(r):
		n.out = utf8.AppendRune(n.out, r)
	}
	return size
}

const (
	longestQuote = 240
	longestWord  = 48
)

// quote takes in what begins with a quote at i, and returns its size.
func (n *normal) quote(s string, i int, mark string) int {
	if mark == "'" && i > 0 && isAlnum(s[i-1]) {
		n.out = append(n.out, '\'')
		return 1
	}
	rest := s[i+1 : min(len(s), i+1+longestQuote)]
	end := strings.Index(rest, mark)
	if mark == "`" && end < 0 {
		end = strings.IndexByte(rest, '\'') // as Ruby does
	}
	if end < 0 || strings.IndexByte(rest[:end], '\n') >= 0 {
		n.out = append(n.out, '\'')
		return 1
	}
	n.quoted(s, i, rest[:end], i+1+end+1)
	return end + 2
}

// quoted takes in what stands in quotes: a sentence is normalised, the name of something in code is kept, all else is a value.
func (n *normal) quoted(s string, from int, inside string, to int) {
	switch {
	case strings.Count(inside, " ") >= 2:
		n.out = append(n.out, '\'')
		n.out = append(appendNormal(n.out, inside), '\'')
	case isCodeName(inside) && (namesBefore[lastWord(s[:from])] || namesAfter[firstWord(s[to:])] || saysNamed(s[to:])):
		n.out = append(append(append(n.out, '\''), inside...), '\'')
	default:
		n.placeholder(aQuote)
	}
}

// namesBefore and namesAfter are the words beside what is quoted that make it a name from code or a schema, which belongs to
// the cause, and no value.
var (
	namesBefore = map[string]bool{
		"reading": true, "setting": true, "column": true, "columns": true, "relation": true, "table": true, "attribute": true, "property": true,
		"properties": true, "field": true, "fields": true, "module": true, "function": true, "method": true, "constraint": true, "parameter": true, "param": true,
		"variable": true, "index": true, "class": true, "named": true, "type": true, "argument": true, "package": true, "import": true,
		"database": true, "extension": true, "operator": true, "schema": true, "header": true, "permission": true, "scope": true,
		"role": true, "exception": true, "name": true, "binding": true, "construct": true, "missing": true, "invoke": true, "key": true, "call": true,
	}
	namesAfter = map[string]bool{
		"object": true, "column": true, "field": true, "property": true, "attribute": true, "module": true, "parameter": true,
		"header": true, "permission": true, "argument": true, "scope": true, "table": true,
	}
)

// saysNamed tells whether what follows is said of a field or a variable.
func saysNamed(s string) bool {
	s = strings.TrimLeft(s[:min(len(s), longestWord)], " ")
	for _, said := range [...]string{
		"is required", "is null", "is undefined", "is not defined", "is missing", "must be", "must have", "must match", "cannot be", "is not allowed to be",
		"should not be", "is not a function",
	} {
		if strings.HasPrefix(s, said) {
			return true
		}
	}
	return false
}

func isCodeName(s string) bool {
	if s == "" || len(s) > longestWord || isDigit(s[0]) {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !isAlnum(c) && c != '_' && c != '.' && c != '-' && c != ':' && c != '$' && c != '?' && c != '=' && c != '!' && c != '(' && c != ')' {
			return false
		}
	}
	for piece := range pieces(s) {
		if shapeOf(piece) != shapeWord {
			return false
		}
	}
	return true
}

func lastWord(s string) string {
	s = strings.TrimRight(s, " :(=\"'")
	begin := len(s)
	for begin > 0 && len(s)-begin <= longestWord && isAlnum(s[begin-1]) {
		begin--
	}
	return lowered(s[begin:])
}

func firstWord(s string) string {
	s = strings.TrimLeft(s[:min(len(s), longestWord)], " ")
	end := 0
	for end < len(s) && isAlnum(s[end]) {
		end++
	}
	return lowered(s[:end])
}

// placeholder appends one that is not a repetition of what stands before it.
func (n *normal) placeholder(p string) {
	before := bytes.TrimRight(n.out, ", -_:./+")
	switch {
	case bytes.HasSuffix(before, []byte(p)):
		n.out = before
		return
	case p == aNumber && bytes.HasSuffix(before, []byte(aTime)):
		n.out = before
		return
	case p == aTime && bytes.HasSuffix(before, []byte(aNumber)):
		n.out = before[:len(before)-len(aNumber)]
	}
	n.out = append(n.out, p...)
}

// after tells whether what was written ends with the placeholder, but for spaces.
func (n *normal) after(p string) bool {
	end := len(n.out)
	for end > 0 && n.out[end-1] == ' ' {
		end--
	}
	return end >= len(p) && n.out[end-1] == p[len(p)-1] && string(n.out[end-len(p):end]) == p
}
