package ui

import (
	"encoding/hex"
	"strings"

	"redrive/ui/text"
)

// hexDump is a binary body, sixteen bytes a row where there is room.
type hexDump struct {
	raw   string
	width int
}

func (h *hexDump) perRow() int {
	if h.width >= 78 {
		return 16
	}
	return 8
}

func (h *hexDump) rows() (int, bool) {
	return (len(h.raw) + h.perRow() - 1) / h.perRow(), true
}
func (h *hexDump) setWidth(width int) { h.width = width }
func (h *hexDump) grow(int)           {}
func (h *hexDump) offset(row int) int { return row * h.perRow() }
func (h *hexDump) row(offset int) int { return offset / h.perRow() }
func (h *hexDump) reached(int) bool   { return true }

func (h *hexDump) searchText() searchText { return searchText{body: h.raw} }

func (h *hexDump) draw(t *Theme, r *row, i int, l *lit) {
	n := h.perRow()
	chunk := h.raw[i*n : min((i+1)*n, len(h.raw))]
	var digits, letters strings.Builder
	for j, c := range []byte(chunk) {
		if j == 8 {
			digits.WriteByte(' ')
		}
		digits.WriteString(hex.EncodeToString([]byte{c}) + " ")
		if c < ' ' || c > '~' {
			c = '.'
		}
		letters.WriteByte(c)
	}
	r.put(t.dim, text.Sprintf("%08x  ", i*n))
	r.fit(t.plain, text.Line(digits.String()), 3*n+n/16+1)
	shown := letters.String()
	start, end := i*n, i*n+len(chunk)
	putLit(t, r, t.note, start, end, l.spans(h.raw, start, end), func(from, to int) text.Safe {
		return text.Line(shown[from-start : to-start])
	})
}
