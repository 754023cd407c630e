package ui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"redrive/ui/text"
)

// row is one line of the screen being put together. It takes only text that is harmless to draw, and never grows wider
// than the screen.
type row struct {
	b     []byte
	width int
	used  int
	// skip is how many of the next cells are left out, for scrolling sideways.
	skip int
}

func newRow(width int) *row { return &row{b: make([]byte, 0, 2*width), width: width} }

// put adds text, cut to what is left of the line.
func (r *row) put(st style, s text.Safe) *row {
	if r.skip > 0 {
		w := s.Width()
		s = text.Skip(s, r.skip)
		r.skip = max(0, r.skip-w)
	}
	left := r.width - r.used
	if w := s.Width(); w > left {
		s = text.Cut(s, left)
	}
	r.used += s.Width()
	r.styled(st, func() { r.b = append(r.b, s.String()...) })
	return r
}

// fit adds text in exactly width cells, or in what is left of the line.
func (r *row) fit(st style, s text.Safe, width int) *row {
	if r.skip > 0 {
		return r.put(st, text.Fit(s, width))
	}
	width = min(width, r.width-r.used)
	if width <= 0 {
		return r
	}
	r.used += width
	r.styled(st, func() { r.b = text.AppendFit(r.b, s, width) })
	return r
}

// space adds n blanks, or what is left of the line.
func (r *row) space(n int) *row {
	if r.skip > 0 {
		skipped := min(n, r.skip)
		n, r.skip = n-skipped, r.skip-skipped
	}
	n = min(n, r.width-r.used)
	for range n {
		r.b = append(r.b, ' ')
	}
	r.used += max(n, 0)
	return r
}

// fill adds blanks up to the edge, if it is to.
func (r *row) fill(all bool) *row {
	if r.skip = 0; all {
		r.space(r.left())
	}
	return r
}

// right puts text at the right edge, if there is room for it and a gap.
func (r *row) right(st style, s text.Safe) *row {
	if gap := r.width - r.used - s.Width(); gap >= 0 {
		r.space(gap).put(st, s)
	}
	return r
}

func (r *row) styled(st style, add func()) {
	if st == "" {
		add()
		return
	}
	r.b = append(r.b, st...)
	add()
	r.b = append(r.b, "\x1b[m"...)
}

func (r *row) left() int { return r.width - r.used }

func (r *row) String() string { return string(r.b) }

// wrapWords breaks text into lines of at most width cells, between words where that is possible. There is always one line.
func wrapWords(s text.Safe, width int) []text.Safe {
	var lines []text.Safe
	for line := range strings.SplitSeq(ansi.Wrap(s.String(), width, " "), "\n") {
		lines = append(lines, text.Line(strings.TrimRight(line, " ")))
	}
	return lines
}
