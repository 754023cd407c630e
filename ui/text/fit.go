package text

import "strings"

// ellipsis marks text that was left out.
const ellipsis = "…"

// ellipsisWidth is one, except where ambiguous characters are set up as wide. It
// is found of another such character: to look the ellipsis up would build a
// table of 2 MB before the program begins.
var ellipsisWidth = cells("±")

// Cut returns the aligned form of s in at most width cells, with … where text
// is left out.
func Cut(s Safe, width int) Safe { return Cell(s.s, width) }

// Fit returns the aligned form of s in exactly width cells, cut as by [Cut] or
// filled with spaces on the right.
func Fit(s Safe, width int) Safe {
	cut := Cut(s, width)
	if gap := width - cut.Width(); gap > 0 {
		return Safe{cut.s + spaces(gap)}
	}
	return cut
}

// FitRight is [Fit] with the spaces on the left.
func FitRight(s Safe, width int) Safe {
	cut := Cut(s, width)
	if gap := width - cut.Width(); gap > 0 {
		return Safe{spaces(gap) + cut.s}
	}
	return cut
}

// AppendFit appends the text of [Fit] to dst, for rows that are put together
// without a string for each cell.
func AppendFit(dst []byte, s Safe, width int) []byte {
	cut := Cut(s, width)
	dst = append(dst, cut.s...)
	for gap := width - cut.Width(); gap > 0; gap -= len(blanks) {
		dst = append(dst, blanks[:min(gap, len(blanks))]...)
	}
	return dst
}

// Middle returns the aligned form of s in at most width cells, with … in its
// middle: the ends of ids and URLs tell more than their middles.
func Middle(s Safe, width int) Safe {
	whole := Line(s.s)
	total := whole.Width()
	if total <= width {
		return whole
	}
	room := width - ellipsisWidth
	if room < 2 {
		return Cut(whole, width)
	}
	head, _ := prefix(whole.s, room-room/2)
	return Safe{head + ellipsis + Skip(whole, total-room/2).s}
}

// Skip returns s without its first cells, for scrolling sideways. Of a wide
// cluster that is cut through, a space for each remaining cell is left.
func Skip(s Safe, cells int) Safe {
	head, width := prefix(s.s, cells)
	rest := s.s[len(head):]
	if width >= cells || rest == "" {
		return Safe{rest}
	}
	text, w := firstCluster(rest)
	return Safe{spaces(width+w-cells) + rest[len(text):]}
}

// cutCells cuts s, which is in the aligned form. If more is true, there is
// further text beyond it.
func cutCells(s Safe, width int, more bool) Safe {
	head, _ := prefix(s.s, width)
	if len(head) == len(s.s) && !more {
		return s
	}
	if width < ellipsisWidth {
		return Safe{spaces(width)}
	}
	head, _ = prefix(head, width-ellipsisWidth)
	return Safe{head + ellipsis}
}

// prefix returns the longest start of s that takes at most width cells, and its
// width. It reads no further than that.
func prefix(s string, width int) (string, int) {
	used := 0
	for i := 0; i < len(s); {
		if used >= width {
			return s[:i], used
		}
		if n, w := plainRun(s[i:], width-used); n > 0 {
			i += n
			used += w
			continue
		}
		text, w := firstCluster(s[i:])
		if used+w > width {
			return s[:i], used
		}
		i += len(text)
		used += w
	}
	return s, used
}

const blanks = "                                                                "

func spaces(n int) string {
	if n <= 0 {
		return ""
	}
	if n <= len(blanks) {
		return blanks[:n]
	}
	return strings.Repeat(" ", n)
}
