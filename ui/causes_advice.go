package ui

import (
	"github.com/dustin/go-humanize"

	"redrive/model"
	"redrive/ui/text"
)

const (
	// wideAdvice is the width from which advice fits on one line.
	wideAdvice = 140
	// ruledAdvice is the height of the view from which there is room for more than one line of it.
	ruledAdvice = 14
)

// adviceRows is how many lines below the groups say what to think of before the one under the cursor is brought back. They are
// there for every group, so that none moves with the cursor.
func (m *Model) adviceRows() int {
	rows := 1
	switch height := m.lay.body.height; {
	case height < 7:
		return 0
	case height < ruledAdvice:
		return 1
	case m.width < wideTabs:
		rows = 3
	case m.width < wideAdvice:
		rows = 2
	}
	if m.causes.variant {
		return rows
	}
	return rows + 1 // a rule
}

// adviceSign is how grave advice is: never by its colour alone.
func (m *Model) adviceSign(a model.Advice) (style, text.Safe) {
	switch a.Severity {
	case model.Red:
		return m.theme.bad, text.Const("⚠⚠ ")
	case model.Warn:
		return m.theme.warn, text.Const("⚠ ")
	}
	return m.theme.dim, text.Safe{}
}

// shortAdvice is the gravest advice for a group in a word or two.
func (m *Model) shortAdvice(g *model.Group) (style, text.Safe) {
	if len(g.Advice) == 0 {
		return m.theme.dim, text.Const("–")
	}
	st, sign := m.adviceSign(g.Advice[0])
	return st, text.Concat(sign, text.Line(g.Advice[0].Short))
}

// counted is advice with how many of a group it is for.
func counted(a model.Advice, all int) text.Safe {
	n := text.Line(humanize.Comma(int64(a.N)))
	switch {
	case a.Short == model.CameBackShort:
		return text.Sprintf("%s %s", n, a.Sentence)
	case all == 1:
		return text.Line(a.Sentence)
	case a.N == all:
		return text.Sprintf("all %s: %s", n, a.Sentence)
	}
	return text.Sprintf("%s of %s: %s", n, humanize.Comma(int64(all)), a.Sentence)
}

// drawAdvice says what to think of before the group is brought back: the gravest advice as a whole sentence, and of the rest as
// much as there is room for.
func (m *Model) drawAdvice(g *model.Group, width int) []string {
	rows := m.adviceRows()
	if rows == 0 {
		return nil
	}
	var lines []string
	if m.lay.body.height >= ruledAdvice && !m.causes.variant {
		lines = append(lines, m.drawRule(width))
	}
	if len(g.Advice) > 0 {
		st, sign := m.adviceSign(g.Advice[0])
		for i, part := range m.adviceWords(g, max(8, width-3-sign.Width()), rows-len(lines)) {
			r := newRow(width).space(3)
			if i == 0 {
				r.put(st, sign)
			} else {
				r.space(sign.Width())
			}
			lines = append(lines, r.put(st, part).String())
		}
	}
	for len(lines) < rows {
		lines = append(lines, "")
	}
	return lines
}

// adviceWords is the advice in at most rows lines.
func (m *Model) adviceWords(g *model.Group, width, rows int) []text.Safe {
	best := wrapWords(counted(g.Advice[0], g.Count), width)
	if len(best) > rows {
		best = best[:rows]
		best[rows-1] = text.Cut(text.Concat(text.Cut(best[rows-1], width-1), text.Const("…")), width)
		return best
	}
	all := counted(g.Advice[0], g.Count)
	gap := text.Const(" · also ")
	for _, full := range []bool{true, false} {
		for _, a := range g.Advice[1:] {
			if (a.Short == model.CameBackShort) != full {
				continue
			}
			words := text.Line(a.Short)
			if full {
				words = counted(a, g.Count)
			}
			more := text.Concat(all, gap, words)
			if wrapped := wrapWords(more, width); len(wrapped) <= rows {
				all, best, gap = more, wrapped, text.Const(", ")
			}
		}
	}
	return best
}
