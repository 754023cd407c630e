package api

import (
	"bytes"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

const (
	// arenaChunk is how much text of a page shares one allocation.
	arenaChunk = 16 << 10
	// mostProblems is how many problems of one entry are told.
	mostProblems = 3
	// lastTime is the first millisecond of the year 10000.
	lastTime = 253402300800000
)

// scanner reads JSON value by value from a stream. What is of another type than expected is noted as a problem and
// read as nothing; null is nothing without a problem. Text keeps bytes that are not UTF-8. The first error of syntax or
// of reading sticks, and all later calls do nothing.
type scanner struct {
	stream
	arena    strings.Builder
	name     []byte
	scratch  []byte
	problems []string
	omitted  int // problems beyond mostProblems
}

func newScanner(r io.Reader) *scanner { return &scanner{stream: stream{from: r, begin: -1}} }

// scannerOf reads what is there already, and leaves it as it is.
func scannerOf(text []byte) *scanner { return &scanner{stream: stream{buf: text, begin: -1}} }

// object calls field for every name of the object that comes next; field has to read the value. The name is valid only
// until then.
func (s *scanner) object(field func(name []byte)) {
	s.members('{', '}', func() {
		if !s.isString() {
			return
		}
		if quoted := s.raw(); s.err == nil {
			s.name = appendUnescaped(s.name[:0], quoted, math.MaxInt)
			if s.take(':') {
				field(s.name)
			}
		}
	})
}

// list calls element for every element of the list that comes next; element has to read it.
func (s *scanner) list(element func()) { s.members('[', ']', element) }

func (s *scanner) members(begin, end byte, member func()) {
	if !s.take(begin) {
		return
	}
	if s.next() == end {
		s.pos++
		return
	}
	for member(); s.err == nil && s.next() == ','; member() {
		s.pos++
	}
	s.take(end)
}

// problem notes that a field is not what it should be, and skips it.
func (s *scanner) problem(field, want string) {
	got := kindName(s.kind())
	s.skip()
	if s.err == nil {
		s.note(field + " is " + got + ", not " + want)
	}
}

func (s *scanner) note(problem string) {
	if len(s.problems) == mostProblems {
		s.omitted++
		return
	}
	s.problems = append(s.problems, problem)
}

// takeProblems is one sentence with the problems noted since the last time; empty when there were none.
func (s *scanner) takeProblems() string {
	if len(s.problems) == 0 {
		return ""
	}
	sentence := strings.Join(s.problems, "; ")
	if s.omitted > 0 {
		sentence += "; and " + strconv.Itoa(s.omitted) + " more"
	}
	s.problems, s.omitted = s.problems[:0], 0
	return sentence
}

func kindName(k byte) string {
	switch k {
	case 'n':
		return "null"
	case 't', 'f':
		return "true or false"
	case '"':
		return "text"
	case '0':
		return "a number"
	case '{':
		return "an object"
	case '[':
		return "a list"
	}
	return "unreadable"
}

// keep copies text into the arena. Texts of a page share allocations; who keeps one for long copies it.
func (s *scanner) keep(text []byte) string {
	if len(text) == 0 {
		return ""
	}
	if s.arena.Cap()-s.arena.Len() < len(text) {
		s.arena.Reset()
		s.arena.Grow(max(arenaChunk, len(text)))
	}
	begin := s.arena.Len()
	s.arena.Write(text)
	return s.arena.String()[begin:]
}

// text reads a string.
func (s *scanner) text(field string) string {
	switch s.kind() {
	case '"':
		quoted := s.raw()
		if s.err != nil {
			return ""
		}
		return s.keep(s.unescaped(quoted))
	case 'n':
		s.skip()
	default:
		s.problem(field, "text")
	}
	return ""
}

// unescaped is what a JSON string means; valid until the next read.
func (s *scanner) unescaped(quoted []byte) []byte {
	inner := quoted[1 : len(quoted)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return inner
	}
	s.scratch = appendUnescaped(s.scratch[:0], quoted, math.MaxInt)
	return s.scratch
}

// int reads a whole number.
func (s *scanner) int(field string) int {
	switch s.kind() {
	case '0':
		number := s.raw()
		if n, ok := parseInt(number); s.err == nil && ok {
			return int(n)
		}
		if s.err == nil {
			s.note(field + " is not a whole number")
		}
	case 'n':
		s.skip()
	default:
		s.problem(field, "a number")
	}
	return 0
}

// bool reads true or false.
func (s *scanner) bool(field string) bool {
	switch s.kind() {
	case 't', 'f':
		return string(s.raw()) == "true"
	case 'n':
		s.skip()
	default:
		s.problem(field, "true or false")
	}
	return false
}

// time reads Unix milliseconds, as a number or as digits, or RFC 3339. Zero is no time.
func (s *scanner) time(field string) time.Time {
	switch s.kind() {
	case 'n':
		s.skip()
		return time.Time{}
	case '0', '"':
	default:
		s.problem(field, "a time")
		return time.Time{}
	}
	value := s.raw()
	if s.err != nil {
		return time.Time{}
	}
	if value[0] == '"' {
		value = s.unescaped(value)
		if len(value) == 0 {
			return time.Time{}
		}
		if at, err := time.Parse(time.RFC3339Nano, string(value)); err == nil {
			return at
		}
	}
	ms, ok := parseInt(value)
	if !ok || ms < 0 || ms >= lastTime {
		s.note(field + " is not a time")
		return time.Time{}
	}
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

// number or text that is opaque, such as a cursor: the digits or the text as they stand.
func (s *scanner) opaque(field string) string {
	if s.kind() == '0' {
		return s.keep(s.raw())
	}
	return s.text(field)
}

// parseInt reads a JSON number that is whole, also when it is written with a fraction or an exponent.
func parseInt(number []byte) (int64, bool) {
	if n, err := strconv.ParseInt(string(number), 10, 64); err == nil {
		return n, true
	}
	f, err := strconv.ParseFloat(string(number), 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return 0, false
	}
	return int64(f), true
}

// document reads a whole answer, which has to be one object.
func (s *scanner) document(field func(name []byte)) {
	if k := s.kind(); k != '{' && k != 0 {
		s.fail("it is %s, not an object", kindName(k))
	}
	s.object(field)
	s.end()
}

// end reads the end of an answer.
func (s *scanner) end() {
	if s.err != nil {
		return
	}
	switch s.next(); {
	case errors.Is(s.ended, io.EOF) && s.pos == len(s.buf):
		s.err = nil
	case s.kind() != 0:
		s.fail("more follows after its end")
	}
}

// fail ends the reading: the answer is not what was asked for.
func (s *scanner) fail(format string, args ...any) {
	if s.err == nil {
		s.err = odd(format, args...)
	}
}
