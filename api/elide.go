package api

import "io"

const (
	// longestText is what an eliding reader leaves of a string.
	longestText = 64 << 10
	// escapeBegun is the state after a backslash, before it is known how long the escape is.
	escapeBegun = -1
)

// elider leaves out the rest of JSON strings that are longer than [longestText], so that an entry with bodies of any
// size can be read in little memory. What it gives has the structure of what it reads.
type elider struct {
	r io.Reader

	inString bool
	escape   int // characters that still belong to an escape, or escapeBegun
	length   int // of the string so far
	dropping bool
}

func (e *elider) Read(p []byte) (int, error) {
	for {
		n, err := e.r.Read(p)
		if kept := e.elide(p[:n]); kept > 0 || err != nil || len(p) == 0 {
			return kept, err
		}
	}
}

// elide moves what is kept to the beginning of p.
func (e *elider) elide(p []byte) (kept int) {
	for _, b := range p {
		if e.keeps(b) {
			p[kept] = b
			kept++
		}
	}
	return kept
}

func (e *elider) keeps(b byte) bool {
	if !e.inString {
		if b == '"' {
			e.inString, e.escape, e.length, e.dropping = true, 0, 0, false
		}
		return true
	}
	switch e.escape {
	case 0:
		if b == '"' {
			e.inString = false
			return true
		}
		// Only here may the rest be dropped: half an escape would make the string invalid.
		e.dropping = e.dropping || e.length >= longestText
		if b == '\\' {
			e.escape = escapeBegun
		}
	case escapeBegun:
		e.escape = 0
		if b == 'u' {
			e.escape = len("0000")
		}
	default:
		e.escape--
	}
	if e.dropping {
		return false
	}
	e.length++
	return true
}
