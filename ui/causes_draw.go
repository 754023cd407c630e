package ui

import (
	"time"

	"github.com/dustin/go-humanize"

	"redrive/model"
	"redrive/ui/text"
)

const (
	// groupRows is how many lines a group takes.
	groupRows   = 2
	countCell   = 8
	shareCell   = 5
	statusCell  = 5
	variantRows = 7
	// leastCause is how many cells of a cause are shown before anything stands behind it.
	leastCause = 20
	// leastHistogram is how many cells the counts over time take at least, where there is room for them.
	leastHistogram = 10
	// spanCell holds the times of a group and what is left of them.
	spanCell = 25
)

// bars are the heights of the counts over time, the lowest first.
var bars = [...]text.Safe{
	text.Const(" "), text.Const("▁"), text.Const("▂"), text.Const("▃"), text.Const("▄"), text.Const("▅"), text.Const("▆"), text.Const("▇"), text.Const("█"),
}

// plainBars are the same where there is no UTF-8.
var plainBars = [...]text.Safe{
	text.Const(" "), text.Const("."), text.Const(":"), text.Const("-"), text.Const("="), text.Const("+"), text.Const("*"), text.Const("%"), text.Const("#"),
}

// groupsShown is how many groups fit.
func (m *Model) groupsShown() int {
	height := m.lay.body.height - 1
	if m.causes.variant {
		height -= variantRows
	}
	return max(1, height/groupRows)
}

// drawCauses draws the view in exactly height lines.
func (m *Model) drawCauses(width, height int) []string {
	v := &m.causes
	lines := make([]string, 0, height)
	head := newRow(width).space(3).put(m.theme.dim, text.FitRight(text.Const("ENTRIES"), countCell)).space(1).
		put(m.theme.dim, text.FitRight(text.Const("SHARE"), shareCell)).space(2).fit(m.theme.dim, text.Const("STATUS"), statusCell+3)
	head.put(m.theme.dim, text.Sprintf("BY %s", v.by.String()))
	lines = append(lines, head.String())
	switch {
	case len(v.keys) == 0 && v.groups.Seen == 0:
		lines = append(lines, newRow(width).space(4).put(m.theme.dim, text.Const("nothing is loaded yet")).String())
	case len(v.keys) == 0:
		lines = append(lines, newRow(width).space(4).put(m.theme.dim, text.Const("…")).String())
	}
	shown := m.groupsShown()
	for i := v.top; i < min(len(v.keys), v.top+shown); i++ {
		lines = append(lines, m.drawGroup(v.of[v.keys[i]], i == v.at, width)...)
	}
	if g := v.under(); v.variant && g != nil {
		for len(lines) < height-variantRows {
			lines = append(lines, "")
		}
		lines = append(lines, m.drawVariants(g, width)...)
	}
	for len(lines) < height {
		lines = append(lines, "")
	}
	return lines[:height]
}

func (m *Model) drawGroup(g *model.Group, here bool, width int) []string {
	first := newRow(width)
	cursor, mark, st := text.Const("  "), text.Const(" "), m.theme.plain
	if here {
		cursor, st = text.Const(" ▸"), m.theme.cursor
	}
	if m.causes.marked[g.Key] {
		mark = text.Const("●")
	}
	first.put(m.theme.plain, text.Concat(cursor, mark)).put(st, text.FitRight(text.Line(humanize.Comma(int64(g.Count))), countCell))
	first.space(1).put(m.theme.dim, text.FitRight(text.Sprintf("%.0f%%", 100*g.Share), shareCell)).space(2)
	status := text.Const("–")
	if g.Cause.Status != 0 {
		status = text.Int(g.Cause.Status)
	}
	first.fit(m.theme.status(g.Cause.Status), status, statusCell+3)
	pulse := m.pulse(g)
	what := text.Line(g.Cause.Text)
	switch m.causes.by {
	case model.PerCause:
	case model.PerDestination:
		what = m.commonKey(g)
	default:
		what = text.Concat(m.commonKey(g), text.Const("  "), what)
	}
	step, least := m.stepOf(g, true), min(what.Width(), leastCause)
	if least+step.Width()+2+pulse.Width() > first.left() {
		step = m.stepOf(g, false)
	}
	if first.left()-pulse.Width()-step.Width() < least {
		pulse = text.Safe{}
	}
	room := first.left() - pulse.Width() - 2
	first.put(m.theme.bold, text.Cut(what, max(0, room-step.Width(), min(room, least))))
	first.put(m.theme.note, text.Cut(step, max(0, first.left()-pulse.Width()-2)))
	pulseStyle := m.theme.dim
	if g.Recent > 0 {
		pulseStyle = m.theme.bad
	}
	first.right(pulseStyle, pulse)

	second := newRow(width).space(gutter)
	second.fit(m.theme.dim, text.Line(g.Cause.Class.String()), 14)
	tail := m.span(g)
	where := text.Line(model.Destination(g.Cause.Destination))
	if g.Causes > 1 {
		where = text.Concat(where, text.Sprintf(" and %d more causes", g.Causes-1))
	}
	// The counts of all groups begin in the same column, so that they can be compared.
	second.fit(m.theme.plain, where, max(16, second.left()-spanCell-2-max(leastHistogram, width/4)-2)).space(2)
	m.putHistogram(second, g, second.left()-tail.Width()-2)
	second.right(m.theme.dim, tail)
	return []string{first.String(), second.String()}
}

func (m *Model) commonKey(g *model.Group) text.Safe {
	switch {
	case g.Key == "":
		return text.Sprintf("no %s", m.causes.by.String())
	case m.causes.by == model.PerStep && g.Key == model.StepUnknown:
		return text.Const("step unknown")
	}
	return text.Line(g.Key)
}

func (m *Model) pulse(g *model.Group) text.Safe {
	return text.Line(g.Pulse(m.now.In(m.opts.Zone)))
}

// span is the first and the last failure of a group, and when its first entry expires.
func (m *Model) span(g *model.Group) text.Safe {
	words := text.Const("time unknown")
	if !g.First.IsZero() {
		words = text.Sprintf("%s–%s", m.shortTime(g.First), m.shortTime(g.Last))
	}
	if left := g.Expires.Sub(m.now); !g.Expires.IsZero() && left > 0 {
		words = text.Sprintf("%s · %s left", words, roughly(left))
	}
	return words
}

func (m *Model) shortTime(at time.Time) text.Safe {
	at = at.In(m.opts.Zone)
	if now := m.now.In(m.opts.Zone); at.YearDay() != now.YearDay() || at.Year() != now.Year() {
		return text.Line(at.Format("01-02 15:04"))
	}
	return text.Line(at.Format("15:04"))
}

// putHistogram draws the counts over time in at most width cells.
func (m *Model) putHistogram(r *row, g *model.Group, width int) {
	n := min(len(g.OverTime), width)
	if n < 4 {
		return
	}
	counts := make([]int, n)
	most := 1
	for i, c := range g.OverTime {
		counts[i*n/len(g.OverTime)] += c
	}
	for _, c := range counts {
		most = max(most, c)
	}
	parts, shapes := make([]text.Safe, n), bars
	if m.opts.ASCII {
		shapes = plainBars
	}
	for i, c := range counts {
		h := (c*(len(bars)-1) + most - 1) / most
		parts[i] = shapes[h]
	}
	r.put(m.theme.note, text.Concat(parts...))
}

// drawVariants says why the entries of a group are together: what their responses say, as they came.
func (m *Model) drawVariants(g *model.Group, width int) []string {
	lines := []string{m.drawRule(width)}
	if advice := m.causes.adviceFor(m, g); !advice.IsEmpty() {
		lines = append(lines, newRow(width).space(3).put(m.theme.warn, advice).String())
	}
	lines = append(lines, newRow(width).space(3).put(m.theme.dim, text.Const("together as ")).put(m.theme.plain, text.Line(g.Cause.Text)).put(m.theme.note, m.stepOf(g, true)).String())
	for i, c := range g.Variants {
		if len(lines) == variantRows-1 && i < len(g.Variants)-1 {
			break
		}
		lines = append(lines, newRow(width).space(3).put(m.theme.dim, text.FitRight(text.Line(humanize.Comma(int64(c.N))), countCell)).space(2).put(m.theme.plain, orNone(c.Value)).String())
		if len(lines) == variantRows {
			break
		}
	}
	if rest := len(g.Variants) - (len(lines) - 2); rest > 0 && len(lines) < variantRows {
		lines = append(lines, newRow(width).space(3).put(m.theme.dim, text.Sprintf("%d more, and %s entries with others", rest, humanize.Comma(int64(g.Others)))).String())
	}
	for len(lines) < variantRows {
		lines = append(lines, "")
	}
	return lines[:variantRows]
}

// drawCausesLine is the second line of the screen in this view.
func (m *Model) drawCausesLine() string {
	v := &m.causes
	r := newRow(m.width).put(m.theme.dim, text.Const(" causes  "))
	loaded := text.Sprintf("of %s loaded", humanize.Comma(int64(v.groups.Total)))
	waiting := 0
	for _, l := range m.lists {
		if !l.Whole() {
			loaded = text.Sprintf("of %s+ loaded", humanize.Comma(int64(v.groups.Total)))
		}
		if l.LoadingAll() {
			loaded = text.Concat(loaded, text.Const(", loading, esc or a stops"))
		}
		waiting += l.Waiting()
	}
	chip := chip(waiting, false, m.stepsWaiting())
	about := text.Sprintf("%s, sorted by %s", v.by.String(), groupOrders[v.order])
	if about.Width()+chip.Width()+loaded.Width()+2 > r.left() {
		about = text.Line(v.by.String())
	}
	m.putLoaded(r.put(m.theme.dim, about), chip, loaded)
	return r.String()
}
