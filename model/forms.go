package model

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"strings"
	"unsafe"
)

// Texts of a queue differ from each other in little but ids, numbers and times. A text is therefore kept as its form, which many
// have, and the words that fill it: `/orders/4711` is the form `/orders/` with a blank after it, and 4711. A word is of ASCII
// letters and digits, and has a digit; what stands beside it is neither.
const (
	// blank stands in a form for a word, and parts words from each other; numberBlank for a word of digits alone.
	blank       = 0
	numberBlank = 0x7f
	// noForm is the form of a text that is kept as it is, since there is a blank in it.
	noForm = 0
)

// classes tell letters and digits from all other bytes.
var classes = func() (c [256]class) {
	for b := range c {
		switch {
		case 'a' <= lower(byte(b)) && lower(byte(b)) <= 'z':
			c[b] = aLetter
		case isDigit(byte(b)):
			c[b] = aDigit
		}
	}
	return c
}()

type class uint8

const (
	aLetter class = 1 << iota
	aDigit
)

// takeApart appends the form of a text and its words; ok is false when it has none.
func takeApart(v string, form, words []byte) (f, w []byte, ok bool) {
	from := len(words)
	for i := 0; i < len(v); {
		all, end := class(0), i
		for end < len(v) && classes[v[end]] != 0 {
			all |= classes[v[end]]
			end++
		}
		switch {
		case all&aDigit != 0:
			if len(words) > from {
				words = append(words, blank)
			}
			fill := byte(blank)
			if all == aDigit {
				fill = numberBlank
			}
			form, words = append(form, fill), append(words, v[i:end]...)
		case end > i:
			form = append(form, v[i:end]...)
		case isBlank(v[i]):
			return nil, nil, false
		default:
			form = append(form, v[i])
			end++
		}
		i = end
	}
	return form, words, true
}

// putTogether appends the text that a form is with its words.
func putTogether(to []byte, form, words string) []byte {
	for from := 0; ; {
		i := from
		for i < len(form) && !isBlank(form[i]) {
			i++
		}
		if to = append(to, form[from:i]...); i == len(form) {
			return to
		}
		n := 0
		for n < len(words) && words[n] != blank {
			n++
		}
		to, words, from = append(to, words[:n]...), words[min(n+1, len(words)):], i+1
	}
}

func isBlank(c byte) bool { return c == blank || c == numberBlank }

// partedText is a text that is looked for in others, in lower case, as it is found in forms: what is within it has a form of its own,
// while a word that it begins or ends with may be a part of a longer one.
type partedText struct {
	head, middle, tail string
	isWord             bool // nothing but a part of a word; the head
	noForm             bool // there is a blank in it, which is in no text that has a form
	notASCII           bool
}

func partText(v string) (p partedText) {
	from, to := 0, len(v)
	for from < len(v) && classes[v[from]] != 0 {
		from++
	}
	for to > from && classes[v[to-1]] != 0 {
		to--
	}
	middle, _, ok := takeApart(v[from:to], nil, nil)
	return partedText{v[:from], string(middle), v[to:], from == len(v), !ok, !isASCII(v)}
}

// mayBeIn tells whether it may be in a text of a form, both of which are ASCII, though it is not in the form.
func (p *partedText) mayBeIn(form string) bool {
	switch {
	case p.notASCII:
		return false
	case p.isWord:
		return strings.IndexByte(form, blank) >= 0 || isNumber(p.head) && strings.IndexByte(form, numberBlank) >= 0
	}
	for i := range len(form) - len(p.middle) + 1 {
		if equalFoldASCII(form[i:], p.middle) && p.mayEnd(form[:i]) && p.mayBegin(form[i+len(p.middle):]) {
			return true
		}
	}
	return false
}

// mayEnd tells whether what comes before the middle may end with the head.
func (p *partedText) mayEnd(before string) bool {
	n := len(before) - len(p.head)
	return n >= 0 && equalFoldASCII(before[n:], p.head) || before != "" && mayFill(before[len(before)-1], p.head)
}

// mayBegin tells whether what comes after the middle may begin with the tail.
func (p *partedText) mayBegin(after string) bool {
	return len(after) >= len(p.tail) && equalFoldASCII(after, p.tail) || after != "" && mayFill(after[0], p.tail)
}

// mayFill tells whether a part of a word may be in what fills a blank.
func mayFill(c byte, part string) bool { return c == blank || c == numberBlank && isNumber(part) }

func isNumber(v string) bool {
	for i := range len(v) {
		if !isDigit(v[i]) {
			return false
		}
	}
	return true
}

// texts are texts by number, each once.
type texts struct {
	forms plainTexts
	kept  plainTexts // the number of the form, and the words
}

func newTexts() (t texts) {
	t.forms.add("") // noForm
	return t
}

func (t *texts) len() int { return t.kept.len() }

// parts are the form of a text and its words; the text itself where it has no form.
func (t *texts) parts(n uint32) (form uint32, words string) {
	words = t.kept.get(n)
	for shift := 0; ; shift += 7 {
		c := words[0]
		words = words[1:]
		form |= uint32(c&0x7f) << shift
		if c < 0x80 {
			return form, words
		}
	}
}

// get is a text, put together anew.
func (t *texts) get(n uint32) string {
	var text [1]string
	t.getAll(text[:], n)
	return text[0]
}

// getAll gives the texts of numbers, those that are put together anew in one piece of memory.
func (t *texts) getAll(to []string, numbers ...uint32) {
	size := 0
	for _, n := range numbers {
		if form, words := t.parts(n); form != noForm && words != "" {
			size += len(t.forms.get(form)) + len(words)
		}
	}
	all := make([]byte, 0, size)
	for i, n := range numbers {
		form, words := t.parts(n)
		switch {
		case form == noForm:
			to[i] = words
		case words == "":
			to[i] = t.forms.get(form)
		default:
			from := len(all)
			all = putTogether(all, t.forms.get(form), words)
			to[i] = loose(all[from:])
		}
	}
}

// appendTo appends a text.
func (t *texts) appendTo(to []byte, n uint32) []byte {
	form, words := t.parts(n)
	if form == noForm {
		return append(to, words...)
	}
	return putTogether(to, t.forms.get(form), words)
}

// longCompared is how long texts are that are compared without an allocation.
const longCompared = 256

// compare compares two texts. Most need not be put together for it.
func (t *texts) compare(a, b uint32) int {
	form, words := t.parts(a)
	other, others := t.parts(b)
	switch {
	case form == noForm || other == noForm:
	case form != other:
		x, y := t.forms.get(form), t.forms.get(other)
		i := 0
		for i < min(len(x), len(y)) && x[i] == y[i] && !isBlank(x[i]) {
			i++
		}
		if i < min(len(x), len(y)) && !isBlank(x[i]) && !isBlank(y[i]) {
			return cmp.Compare(x[i], y[i])
		}
	case len(words) == len(others) && strings.IndexByte(words, blank) < 0:
		return strings.Compare(words, others) // there is one word in each, and what follows it is the same
	}
	var space [2][longCompared]byte
	return bytes.Compare(t.appendTo(space[0][:0], a), t.appendTo(space[1][:0], b))
}

// loose is a text of bytes that are not changed while it is used.
func loose(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// keptText is what is kept of a text, valid until the next; false when its form is not known and is not to be added.
func (s *Store) keptText(v string, add bool) (record string, ok bool) {
	y := &s.symbols
	form, known := uint32(noForm), true
	if f, words, has := takeApart(v, y.form[:0], y.words[:0]); has {
		y.form, y.words, v = f, words, loose(words)
		if form, known = s.texts.forms.find(&y.forms, y.seed, loose(f)); !known && add {
			form, known = s.texts.forms.put(&y.forms, y.seed, loose(f)), true
		}
	}
	y.record = append(binary.AppendUvarint(y.record[:0], uint64(form)), v...)
	return loose(y.record), known
}

// findText is the number of a text that is known.
func (s *Store) findText(v string) (n uint32, known bool) {
	if record, possible := s.keptText(v, false); possible {
		return s.texts.kept.find(&s.symbols.texts, s.symbols.seed, record)
	}
	return 0, false
}

// text is the number of a text.
func (s *Store) text(v string) uint32 {
	record, _ := s.keptText(v, true)
	n, known := s.texts.kept.find(&s.symbols.texts, s.symbols.seed, record)
	if !known {
		n = s.texts.kept.put(&s.symbols.texts, s.symbols.seed, record)
	}
	return n
}

// kept is a text, cut loose from the page it was decoded from.
func (s *Store) kept(v string) string { return s.texts.get(s.text(v)) }
