package text

import (
	"strings"
	"unicode/utf8"
)

// Line returns the aligned form of raw on one line; line breaks and tabs are
// shown as pictures. Clean ASCII is returned as it is.
func Line(raw string) Safe { return sanitize(raw, aligned) }

// LineBytes is [Line] for a byte slice, which it copies.
func LineBytes(raw []byte) Safe { return Line(string(raw)) }

// Lines returns the natural form of each line of raw. A line feed ends a line,
// a tab goes to the next multiple of four cells, and a line feed at the very
// end opens no further line. [Block] does the same for bodies too large to be
// sanitized at once.
func Lines(raw string) []Safe {
	var lines []Safe
	for line := range strings.Lines(raw) {
		lines = append(lines, sanitize(strings.TrimSuffix(line, "\n"), natural))
	}
	return lines
}

// Unsafe counts the characters of raw for which [Line] shows a stand-in because
// they would act, hide or mislead. Line feeds, with or without carriage return,
// and tabs are layout and do not count.
func Unsafe(raw string) int {
	count := 0
	for i := 0; i < len(raw); {
		if n, _ := plainRun(raw[i:], len(raw)); n > 0 {
			i += n
			continue
		}
		p := nextPiece(raw[i:], natural, 0)
		if p.alarming {
			count++
		}
		i += p.size
	}
	return count
}

// Cell returns the aligned form of raw cut to width cells, with … where text is
// left out. Its cost depends on width only, whatever the length of raw.
func Cell(raw string, width int) Safe {
	head := relevant(raw, width)
	return cutCells(Line(head), width, len(head) < len(raw))
}

// relevant returns as much of raw as can matter in width cells. Text in use stays
// below eight bytes a cell; what exceeds that is cut a little early.
func relevant(raw string, width int) string {
	const slack = 64
	end := 8*max(0, width) + slack
	if len(raw) <= end {
		return raw
	}
	for back := 1; back < utf8.UTFMax; back++ {
		if utf8.RuneStart(raw[end-back]) {
			if !utf8.FullRuneInString(raw[end-back : end]) {
				end -= back
			}
			break
		}
	}
	return raw[:end]
}

func sanitize(raw string, f form) Safe {
	var d draft
	col := 0
	for i := 0; i < len(raw); {
		if n, w := plainRun(raw[i:], len(raw)); n > 0 {
			d.add(raw, i, piece{text: raw[i : i+n], size: n})
			i += n
			col += w
			continue
		}
		p := nextPiece(raw[i:], f, col)
		d.add(raw, i, p)
		i += p.size
		col += p.width
	}
	return d.safe()
}

// draft collects the pieces of a stretch of raw text. As long as they are what
// the raw text says, there is nothing to copy.
type draft struct {
	same string // the stretch of raw that the pieces repeat so far
	text []byte
	// differs says that text has taken over.
	differs bool
}

// add appends the piece that raw has at offset at.
func (d *draft) add(raw string, at int, p piece) {
	if !d.differs {
		if first := at - len(d.same); p.size == len(p.text) && p.text == raw[at:at+p.size] {
			d.same = raw[first : at+p.size]
			return
		}
		d.differs = true
		d.text = append(make([]byte, 0, 2*len(d.same)+32), d.same...)
	}
	d.text = append(d.text, p.text...)
}

func (d *draft) safe() Safe {
	if d.differs {
		return Safe{string(d.text)}
	}
	return Safe{d.same}
}
