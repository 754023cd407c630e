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
	variantRows = 6
	// leastCause is how many cells of a cause are shown before anything stands behind it, wholeCause before what stands there
	// beside its pulse.
	leastCause = 20
	wholeCause = 28
	// leastHistogram is how many cells the counts over time take at least, where there is room for them.
	leastHistogram = 10
	// leastWhere is how many cells a destination takes at least, wholeWhere how many before the counts take more than they need, and
	// widestWhere how many at most.
	leastWhere, wholeWhere, widestWhere = 16, 28, 60
	classCell                           = 14
	adviceCell                          = 16
)

// bars are the heights of the counts over time, the lowest first.
var bars = [...]text.Safe{
	text.Const(" "), text.Const("▁"), text.Const("▂"), text.Const("▃"), text.Const("▄"), text.Const("▅"), text.Const("▆"), text.Const("▇"), text.Const("█"),
}

// groupsShown is how many groups fit.
func (m *Model) groupsShown() int {
	height := m.lay.body.height - 1 - m.adviceRows()
	if m.causes.variant {
		height -= variantRows
	}
	return max(1, height/groupRows)
}

// drawCauses draws the view in exactly height lines.
func (m *Model) drawCauses(width, height int) []string {
	v := &m.causes
	lines := make([]string, 0, height)
	head := causesHeadLook{by: v.by, total: v.groups.Total, top: v.top, width: width}
	head.all = m.countsAll() || head.total == 0
	lines = append(lines, m.frame.causes.head.get(head, func() string { return m.drawGroupHeadings(head) }))
	switch {
	case len(v.keys) == 0 && v.groups.Seen == 0:
		lines = append(lines, newRow(width).space(4).put(m.theme.dim, text.Const("nothing is loaded yet")).String())
	case len(v.keys) == 0:
		lines = append(lines, newRow(width).space(4).put(m.theme.dim, text.Const("…")).String())
	}
	shown := v.keys[min(v.top, len(v.keys)):min(len(v.keys), v.top+m.groupsShown())]
	m.frame.causes.shown(len(shown))
	// What stands in one column begins in the same place in all groups, so that it can be compared.
	span := 0
	for i, k := range shown {
		g := v.of[k]
		words := m.frame.causes.at(v.top+i).span.get(m.spanLook(g), func() text.Safe { return m.span(g) })
		span = max(span, words.Width())
	}
	for i, k := range shown {
		look := groupLook{m.spanLook(v.of[k]), v.by, v.top+i == v.at, v.marked[k], width, span}
		lines = append(lines, m.frame.causes.at(v.top+i).lines.get(look, func() []string { return m.drawGroup(v.of[k], look.here, width, span) })...)
	}
	if g := v.under(); g != nil {
		look := adviceLook{g, m.adviceRows(), m.lay.body.height, width, v.variant}
		below := m.frame.causes.advice.get(look, func() []string { return m.drawAdvice(g, width) })
		if v.variant {
			below = append(m.drawVariants(g, width), below...)
		}
		for len(lines) < height-len(below) {
			lines = append(lines, "")
		}
		lines = append(lines, below...)
	}
	for len(lines) < height {
		lines = append(lines, "")
	}
	return lines[:height]
}

// drawGroupHeadings names the columns. A share of what is loaded says of how many it is one, while that is not all.
func (m *Model) drawGroupHeadings(look causesHeadLook) string {
	const gap, left = 3, 3 + countCell + 1 + shareCell + 2
	r := newRow(look.width)
	if look.all {
		r.space(gap).put(m.theme.dim, text.FitRight(text.Const("ENTRIES"), countCell)).space(1).put(m.theme.dim, text.FitRight(text.Const("SHARE"), shareCell))
	} else {
		n := humanize.Comma(int64(look.total))
		for _, s := range []text.Safe{text.Sprintf("ENTRIES %% OF %s", n), text.Sprintf("ENTRIES OF %s", n), text.Sprintf("%% OF %s", n)} {
			if s.Width() < left {
				r.put(m.theme.dim, text.FitRight(s, max(s.Width(), left-2)))
				break
			}
		}
	}
	r.space(left-r.used).fit(m.theme.dim, text.Const("STATUS"), statusCell+3)
	by, above := text.Sprintf("BY %s", look.by.String()), text.Safe{}
	if n := look.top; n > 0 {
		above = text.Sprintf(" ↑ %d above ", n)
	}
	if by.Width()+above.Width() <= r.left() {
		r.put(m.theme.dim, by)
	}
	return r.right(m.theme.note, above).String()
}

func (m *Model) drawGroup(g *model.Group, here bool, width, span int) []string {
	first := newRow(width)
	cursor, mark, st := text.Const("  "), text.Const(" "), m.theme.plain
	if here {
		cursor, st = text.Const(" ▸"), m.theme.cursor
	}
	if m.causes.marked[g.Key] {
		mark = text.Const("●")
	}
	first.put(m.theme.plain, cursor).put(m.theme.plain, mark).put(st, text.FitRight(text.Line(humanize.Comma(int64(g.Count))), countCell))
	first.space(1).put(m.theme.dim, text.FitRight(text.Sprintf("%.0f%%", 100*g.Share), shareCell)).space(2)
	status := text.Const("–")
	if g.Cause.Status != 0 {
		status = text.Int(g.Cause.Status)
	}
	first.fit(m.theme.status(g.Cause.Status), status, statusCell+3)
	what := text.Line(g.Cause.Text)
	switch m.causes.by {
	case model.PerCause:
	case model.PerDestination:
		what = m.commonKey(g)
	default:
		what = text.Concat(m.commonKey(g), text.Const("  "), what)
	}
	step := m.stepOf(g, true)
	if min(what.Width(), leastCause)+step.Width()+2+m.pulse(g).Width() > first.left() {
		step = m.stepOf(g, false)
	}
	tags := m.groupTags(g, first.left()-step.Width(), what.Width())
	room := first.left() - widthOf(tags)
	first.put(m.theme.bold, text.Cut(what, max(0, room-step.Width(), min(room, leastCause))))
	first.put(m.theme.note, text.Cut(step, max(0, first.left()-widthOf(tags))))
	first.space(first.left() - widthOf(tags))
	for _, t := range tags {
		first.space(2).put(t.style, t.text)
	}

	second := newRow(width).space(gutter)
	if width >= wideTabs {
		second.fit(m.theme.dim, text.Line(g.Cause.Class.String()), classCell)
	}
	st, short := m.shortAdvice(g)
	second.fit(st, short, adviceCell)
	where := text.Line(model.Destination(g.Cause.Destination))
	if g.Causes > 1 {
		where = text.Concat(where, text.Sprintf(" and %d more causes", g.Causes-1))
	}
	room = second.left() - span - 4
	second.fit(m.theme.plain, where, max(leastWhere, min(wholeWhere, room-leastHistogram), min(widestWhere, room-width/5))).space(2)
	m.putHistogram(second, g, second.left()-span-2)
	second.right(m.theme.dim, m.span(g))
	return []string{first.String(), second.String()}
}

// groupTags are what stands behind a cause of a width, as far as there is room: whether it goes on, how many newcomers it has and
// how many of its entries came back.
func (m *Model) groupTags(g *model.Group, room, cause int) []tab {
	var tags []tab
	add := func(st style, s text.Safe, keep int) {
		if !s.IsEmpty() && room-widthOf(tags)-s.Width()-2 >= min(cause, keep) {
			tags = append([]tab{{st, s}}, tags...)
		}
	}
	st := m.theme.dim
	if g.Recent > 0 {
		st = m.theme.bad
	}
	add(st, m.pulse(g), leastCause)
	if g.Newcomers > 0 {
		add(m.theme.note, text.Sprintf("▲%s", humanize.Comma(int64(g.Newcomers))), leastCause)
	}
	for _, a := range g.Advice {
		if a.Short == model.CameBackShort {
			add(m.theme.warn, text.Sprintf("%s came back", humanize.Comma(int64(a.N))), wholeCause)
		}
	}
	return tags
}

// widthOf is the width of tags with what stands between them.
func widthOf(tags []tab) (n int) {
	for _, t := range tags {
		n += 2 + t.text.Width()
	}
	return n
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
	if left := m.leftOf(g); left > 0 {
		words = text.Sprintf("%s · %s left", words, roughly(left))
	}
	return words
}

// leftOf is how long it takes until the first entry of a group expires, no more exact than it is said; 0 when that is not known,
// or was.
func (m *Model) leftOf(g *model.Group) time.Duration {
	left := g.Expires.Sub(m.now)
	switch {
	case g.Expires.IsZero() || left <= 0:
		return 0
	case left < time.Minute:
		return left.Truncate(time.Second)
	}
	return left.Truncate(time.Minute)
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
	parts := make([]text.Safe, n)
	for i, c := range counts {
		h := (c*(len(bars)-1) + most - 1) / most
		parts[i] = bars[h]
	}
	r.put(m.theme.note, text.Concat(parts...))
}

// drawVariants says why the entries of a group are together: what their responses say, as they came.
func (m *Model) drawVariants(g *model.Group, width int) []string {
	lines := []string{m.drawRule(width)}
	lines = append(lines, newRow(width).space(3).put(m.theme.dim, text.Const("together as ")).put(m.theme.plain, text.Line(g.Cause.Text)).
		put(m.theme.dim, text.Sprintf(" (%s)", g.Cause.Class.String())).put(m.theme.note, m.stepOf(g, true)).String())
	for i, c := range g.Variants {
		if len(lines) == variantRows-1 && i < len(g.Variants)-1 {
			break
		}
		lines = append(lines, newRow(width).space(3).put(m.theme.dim, text.FitRight(text.Line(humanize.Comma(int64(c.N))), countCell)).space(2).put(m.theme.plain, orNone(model.MaskText(c.Value))).String())
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
