package ui

import (
	"strings"

	"redrive/ui/text"
)

// blank is an empty row.
type blank struct{}

func (*blank) rows() (int, bool)            { return 1, true }
func (*blank) setWidth(int)                 {}
func (*blank) grow(int)                     {}
func (*blank) draw(*Theme, *row, int, *lit) {}
func (*blank) offset(int) int               { return 0 }
func (*blank) row(int) int                  { return 0 }
func (*blank) reached(int) bool             { return true }
func (*blank) searchText() searchText       { return searchText{} }

// heading names what follows.
type heading struct{ text text.Safe }

func (*heading) rows() (int, bool) { return 1, true }
func (*heading) setWidth(int)      {}
func (*heading) grow(int)          {}

func (*heading) offset(int) int { return 0 }
func (*heading) row(int) int    { return 0 }

func (*heading) reached(int) bool { return true }

func (h *heading) searchText() searchText { return searchText{label: h.text.String()} }

func (h *heading) draw(t *Theme, r *row, _ int, l *lit) { r.put(l.label(t, t.heading, h.text), h.text) }

// field is a label with a value, which is wrapped beside it.
type field struct {
	label  text.Safe
	raw    string
	value  *text.Block
	beside int // where the value begins
	at     int // the same, at the width there is
}

func newField(label text.Safe, value string) *field {
	return &field{label: label, raw: value, value: text.NewBlock(value, 80), beside: labelWidth}
}

func (f *field) setWidth(width int) {
	f.at = min(f.beside, max(labelWidth, width/2))
	f.value.SetWidth(max(8, width-f.at))
}

func (f *field) rows() (int, bool) {
	n, all := f.value.Rows()
	if !all && n == 0 {
		f.value.Grow(1 << 12)
		n, all = f.value.Rows()
	}
	return n, all
}

func (f *field) grow(size int) { f.value.Grow(size) }

func (f *field) offset(row int) int {
	start, _ := f.value.Range(row)
	return start
}

func (f *field) row(offset int) int { return f.value.RowAt(offset) }

func (f *field) reached(offset int) bool { return reached(f.value, offset) }

func (f *field) searchText() searchText { return searchText{f.label.String(), f.raw} }

func (f *field) draw(t *Theme, r *row, i int, l *lit) {
	if i == 0 {
		label := text.Cut(f.label, f.at-1)
		r.put(l.label(t, t.dim, f.label), label).space(f.at - label.Width())
	} else {
		r.space(f.at)
	}
	putBlock(t, r, f.value, f.raw, i, l)
}

// bodyText is a body that is text: wrapped, and coloured when it is JSON.
type bodyText struct {
	raw   string
	block *text.Block
	json  bool
}

func newBodyText(raw string, isJSON bool) *bodyText {
	return &bodyText{raw: raw, block: text.NewBlock(raw, 80), json: isJSON}
}

func (b *bodyText) setWidth(width int) { b.block.SetWidth(width) }

func (b *bodyText) rows() (int, bool) {
	n, all := b.block.Rows()
	if !all && n == 0 {
		b.block.Grow(1 << 14)
		n, all = b.block.Rows()
	}
	return n, all
}

func (b *bodyText) grow(size int) { b.block.Grow(size) }

func (b *bodyText) offset(row int) int {
	start, _ := b.block.Range(row)
	return start
}

func (b *bodyText) row(offset int) int { return b.block.RowAt(offset) }

func (b *bodyText) reached(offset int) bool { return reached(b.block, offset) }

func (b *bodyText) searchText() searchText { return searchText{body: b.raw} }

func (b *bodyText) draw(t *Theme, r *row, i int, l *lit) {
	if !b.json {
		putBlock(t, r, b.block, b.raw, i, l)
		return
	}
	start, end := b.block.Range(i)
	lit := l.spans(b.raw, start, end)
	slice := func(from, to int) text.Safe { return b.block.Slice(i, from, to) }
	standIns := b.block.StandIns(i)
	for _, s := range colourJSON(b.raw, start, end) {
		for _, p := range apart(s.kind.look(t), s.from, s.to, t.dim, standIns) {
			putLit(t, r, p.look, p.from, p.to, lit, slice)
		}
	}
}

// putBlock adds a row of a block that is of one look, with its stand-ins dim.
func putBlock(t *Theme, r *row, b *text.Block, raw string, i int, l *lit) {
	standIns := b.StandIns(i)
	if l == nil && len(standIns) == 0 {
		r.put(t.plain, b.Row(i))
		return
	}
	start, end := b.Range(i)
	lit := l.spans(raw, start, end)
	for _, p := range apart(t.plain, start, end, t.dim, standIns) {
		putLit(t, r, p.look, p.from, p.to, lit, func(from, to int) text.Safe { return b.Slice(i, from, to) })
	}
}

// looked is a range of bytes in a look.
type looked struct {
	look     style
	from, to int
}

// apart is a range of bytes in a look, with some of them in another.
func apart(look style, from, to int, other style, spans []text.Span) []looked {
	var out []looked
	for _, s := range spans {
		a, b := max(s.From, from), min(s.To, to)
		if a >= b {
			continue
		}
		if from < a {
			out = append(out, looked{look, from, a})
		}
		out = append(out, looked{other, a, b})
		from = b
	}
	if from < to {
		out = append(out, looked{look, from, to})
	}
	return out
}

// reached tells whether the row that shows a byte is found.
func reached(b *text.Block, offset int) bool {
	_, all := b.Rows()
	return all || offset < b.Progress()
}

// jsonKind is what a piece of JSON is.
type jsonKind uint8

const (
	jsonPunctuation jsonKind = iota
	jsonKey
	jsonString
	jsonNumber
	jsonWord
)

func (k jsonKind) look(t *Theme) style {
	switch k {
	case jsonKey:
		return t.jsonKey
	case jsonString:
		return t.jsonString
	case jsonNumber:
		return t.jsonNumber
	case jsonWord:
		return t.jsonWord
	}
	return t.plain
}

// span is a piece of one look.
type span struct {
	from, to int
	kind     jsonKind
}

// lookBack is how far before a row its line is read, to know what the row begins in the middle of.
const lookBack = 4096

// colourJSON tells the looks of the bytes from start to end of valid JSON. Only the line is read, as strings of JSON do
// not go over lines, and of a long line only its near part: a row far into one is taken for a string, since nothing
// else is that long once JSON is indented.
func colourJSON(raw string, start, end int) []span {
	var spans []span
	at := strings.LastIndexByte(raw[:start], '\n') + 1
	if start-at > lookBack {
		stop := closingQuote(raw, start, end)
		if stop == start {
			stop = end
		}
		spans = append(spans, span{start, stop, jsonString})
		at = stop
	}
	for at < end {
		s := jsonToken(raw, at, end)
		if s.to > start {
			s.from = max(s.from, start)
			spans = append(spans, s)
		}
		at = s.to
	}
	return spans
}

// jsonToken is the piece that begins at a byte outside of any string. A string that goes on beyond the row is read to
// its end only as far as is needed to tell a key from a value.
func jsonToken(raw string, at, end int) span {
	switch c := raw[at]; {
	case c == '"':
		to := closingQuote(raw, at+1, min(len(raw), max(end, at+lookBack)))
		kind := jsonString
		if rest := strings.TrimLeft(raw[to:min(len(raw), to+2)], " "); strings.HasPrefix(rest, ":") {
			kind = jsonKey
		}
		return span{at, min(to, end), kind}
	case c == '-' || '0' <= c && c <= '9':
		return span{at, runOf(raw, at, end, "+-.eE0123456789"), jsonNumber}
	case 'a' <= c && c <= 'z':
		return span{at, runOf(raw, at, end, "abcdefghijklmnopqrstuvwxyz"), jsonWord}
	}
	to := at + 1
	for to < end && strings.IndexByte("\"-0123456789", raw[to]) < 0 && (raw[to] < 'a' || raw[to] > 'z') {
		to++
	}
	return span{at, to, jsonPunctuation}
}

// closingQuote is the byte after the quote that ends a string, or the limit.
func closingQuote(raw string, from, limit int) int {
	for i := from; i < limit; i++ {
		switch raw[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return limit
}

func runOf(raw string, from, end int, set string) int {
	to := from
	for to < end && strings.IndexByte(set, raw[to]) >= 0 {
		to++
	}
	return to
}
