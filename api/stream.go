package api

import (
	"encoding/binary"
	"errors"
	"io"
	"math/bits"
	"slices"
)

const (
	// readAtOnce is how much of an answer is asked for at a time.
	readAtOnce = 32 << 10
	// deepest is how many lists and objects may be within each other.
	deepest = 10_000
)

var errNotJSON = errors.New("it is not JSON")

// stream passes over JSON that comes bit by bit, and checks the syntax of all that it passes. Bodies are most of it, and are
// passed by words: that is why it is not left to a JSON library. Strings may have bytes that are not UTF-8, and names may come
// twice. The first error sticks: what there is is then at its end.
type stream struct {
	from  io.Reader // nil when all is in buf, which is then not written to
	buf   []byte
	pos   int    // of what comes next in buf
	begin int    // of the value that is kept while it is passed over; -1 for none
	open  []byte // what closes the lists and objects that are being passed over
	ended error  // why no more comes from the reader
	err   error
}

// more reads more, which may move what is in buf; false when nothing more comes.
func (s *stream) more() bool {
	if s.from == nil && s.ended == nil {
		s.ended = io.EOF
	}
	if s.ended != nil {
		return false
	}
	done := s.pos
	if s.begin >= 0 {
		done, s.begin = s.begin, 0
	}
	if done > 0 {
		s.buf = s.buf[:copy(s.buf, s.buf[done:])]
		s.pos -= done
	}
	if room := cap(s.buf) - len(s.buf); room <= cap(s.buf)/4 {
		s.buf = slices.Grow(s.buf, max(cap(s.buf), readAtOnce))
	}
	for range 100 {
		n, err := s.from.Read(s.buf[len(s.buf):cap(s.buf)])
		if n > 0 {
			s.buf = s.buf[:len(s.buf)+n]
			return true
		}
		if err != nil {
			s.ended = err
			return false
		}
	}
	s.ended = io.ErrNoProgress
	return false
}

// peek is the next byte, which is not passed; 0, which is nowhere in JSON, when there is none.
func (s *stream) peek() byte {
	if s.pos == len(s.buf) && !s.more() {
		return 0
	}
	return s.buf[s.pos]
}

// next is peek after white space. That there is nothing is an error.
func (s *stream) next() byte {
	for s.err == nil {
		for ; s.pos < len(s.buf); s.pos++ {
			if c := s.buf[s.pos]; c > ' ' || c != ' ' && c != '\n' && c != '\r' && c != '\t' {
				return c
			}
		}
		if !s.more() {
			s.cut()
		}
	}
	return 0
}

// cut takes note that more should have come.
func (s *stream) cut() {
	if s.err = s.ended; errors.Is(s.ended, io.EOF) {
		s.err = io.ErrUnexpectedEOF
	}
}

// bad takes note of a byte that may not be there, or of none.
func (s *stream) bad() {
	switch {
	case s.err != nil:
	case s.pos == len(s.buf) && !s.more():
		s.cut()
	default:
		s.err = errNotJSON
	}
}

// kind is what comes next: one of { } [ ] " 0 t f n, or 0 after an error.
func (s *stream) kind() byte {
	switch c := s.next(); c {
	case '{', '}', '[', ']', '"', 't', 'f', 'n':
		return c
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return '0'
	}
	s.bad()
	return 0
}

// take passes a byte that has to be there.
func (s *stream) take(c byte) bool {
	if s.next() != c {
		s.bad()
		return false
	}
	s.pos++
	return true
}

// raw reads the next value as it stands. It is valid until the next read.
func (s *stream) raw() []byte {
	s.next()
	s.begin = s.pos
	s.skip()
	value := s.buf[s.begin:s.pos]
	s.begin = -1
	if s.err != nil {
		return nil
	}
	return value
}

// skip passes a value, which may be larger than the memory.
func (s *stream) skip() {
	s.open = s.open[:0]
	for s.err == nil {
		switch k := s.kind(); k {
		case '{', '[':
			s.pos++
			s.open = append(s.open, k+2) // its counterpart
			if len(s.open) > deepest {
				s.err = errNotJSON
				return
			}
			if s.next() != k+2 {
				s.skipName()
				continue
			}
		case '"':
			s.skipString()
		case '0':
			s.skipNumber()
		case 't':
			s.skipWord("true")
		case 'f':
			s.skipWord("false")
		case 'n':
			s.skipWord("null")
		default:
			s.bad()
		}
		if s.close() {
			return
		}
	}
}

// close passes what comes after a value, up to the next one; true when there is none within what is being passed over.
func (s *stream) close() bool {
	for s.err == nil && len(s.open) > 0 {
		switch s.next() {
		case s.open[len(s.open)-1]:
			s.pos++
			s.open = s.open[:len(s.open)-1]
		case ',':
			s.pos++
			s.skipName()
			return false
		default:
			s.bad()
		}
	}
	return true
}

// skipName passes the name of the next value; a value in a list has none.
func (s *stream) skipName() {
	if s.open[len(s.open)-1] == '}' && s.isString() {
		s.skipString()
		s.take(':')
	}
}

// isString tells whether a string comes next, as it has to.
func (s *stream) isString() bool {
	if s.next() == '"' {
		return true
	}
	s.bad()
	return false
}

func (s *stream) skipString() {
	for s.pos++; s.err == nil; {
		s.pos += within(s.buf[s.pos:])
		switch {
		case s.pos == len(s.buf):
			if !s.more() {
				s.cut()
			}
		case s.buf[s.pos] == '"':
			s.pos++
			return
		case s.buf[s.pos] == '\\':
			s.skipEscape()
		default:
			s.bad()
		}
	}
}

func (s *stream) skipEscape() {
	s.pos++
	c := s.peek()
	if c != 'u' && !shortEscapes[c] {
		s.bad()
		return
	}
	s.pos++
	for n := 0; c == 'u' && n < 4; n++ {
		if d := s.peek(); d < '0' || '9' < d && d < 'A' || 'F' < d && d < 'a' || 'f' < d {
			s.bad()
			return
		}
		s.pos++
	}
}

func (s *stream) skipNumber() {
	if s.peek() == '-' {
		s.pos++
	}
	if s.peek() == '0' {
		s.pos++
	} else {
		s.skipDigits()
	}
	if s.peek() == '.' {
		s.pos++
		s.skipDigits()
	}
	if c := s.peek(); c == 'e' || c == 'E' {
		s.pos++
		if c := s.peek(); c == '+' || c == '-' {
			s.pos++
		}
		s.skipDigits()
	}
}

// skipDigits passes one or more.
func (s *stream) skipDigits() {
	if c := s.peek(); c < '0' || c > '9' {
		s.bad()
		return
	}
	for c := s.peek(); c >= '0' && c <= '9'; c = s.peek() {
		s.pos++
	}
}

func (s *stream) skipWord(word string) {
	for i := range len(word) {
		if s.peek() != word[i] {
			s.bad()
			return
		}
		s.pos++
	}
}

// shortEscapes are the bytes that make an escape of two with a backslash before them.
var shortEscapes = [256]bool{'"': true, '\\': true, '/': true, 'b': true, 'f': true, 'n': true, 'r': true, 't': true}

// within is how many bytes at the beginning of text are within a string for sure: all up to a quote, a control character, an
// escape that is not a short one, or nearly the end.
func within(text []byte) int {
	const (
		each = 0x0101010101010101
		high = each << 7
	)
	n := 0
	for len(text)-n > 8 {
		w := binary.LittleEndian.Uint64(text[n:])
		// Less one, or less a space, only what is looked for gets below zero, and with it perhaps what comes after it.
		below := ((w ^ each*'"' - each) | (w ^ each*'\\' - each) | (w - each*' ')) &^ w & high
		if below == 0 {
			n += 8
			continue
		}
		n += bits.TrailingZeros64(below) / 8
		if text[n] != '\\' || !shortEscapes[text[n+1]] {
			return n
		}
		n += 2
	}
	for n < len(text) && text[n] != '"' && text[n] != '\\' && text[n] >= ' ' {
		n++
	}
	return n
}
