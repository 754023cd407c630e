package ui

import (
	"time"

	"redrive/model"
	"redrive/ui/text"
)

// column is one column of a table of entries.
type column struct {
	heading text.Safe
	// width is fixed; 0 takes share parts of what is left over, at least min.
	width, min, share int
	// rank says which columns give way first when there is little room: the highest.
	rank  int
	order model.Order // what sorting by the column is
	draw  func(m *Model, e *model.Entry, width int) (style, text.Safe)
	// right aligns to the right.
	right bool
}

const (
	timeWidth = 14
	columnGap = 2
	// leastRank is the rank up to which columns are always shown, however narrow.
	leastRank = 2
	// gutter is the cursor's glyph, the mark's, and the blanks around them.
	gutter = 5
)

var messageColumns = []column{
	{heading: text.Const("STATUS"), order: model.ByStatus, width: 7, rank: 1, draw: drawStatus},
	{heading: text.Const("DESTINATION"), order: model.ByDestination, min: 23, share: 3, rank: 2, draw: drawDestination},
	{heading: text.Const("QUEUE/GROUP"), order: model.ByQueue, width: 11, rank: 4, draw: drawQueue},
	{heading: text.Const("LABEL"), order: model.ByLabel, width: 13, rank: 5, draw: drawLabels},
	{heading: text.Const("MAX"), order: model.ByMaxRetries, width: 3, rank: 6, draw: drawMaxRetries, right: true},
	{heading: text.Const("RESPONSE"), order: model.ByResponse, min: 19, share: 1, rank: 3, draw: drawResponse},
}

var workflowColumns = []column{
	{heading: text.Const("STATUS"), order: model.ByStatus, width: 7, rank: 1, draw: drawStatus},
	{heading: text.Const("WORKFLOW"), order: model.ByDestination, min: 22, share: 1, rank: 2, draw: drawWorkflow},
	{heading: text.Const("RUN"), order: model.ByRun, width: 16, rank: 4, draw: drawRun},
	{heading: text.Const("FAILURE FN"), order: model.ByFailureState, width: 10, rank: 5, draw: drawFailureState},
	{heading: text.Const("LABEL"), order: model.ByLabel, width: 13, rank: 6, draw: drawLabels},
	{heading: text.Const("RESPONSE"), order: model.ByResponse, min: 19, share: 1, rank: 3, draw: drawResponse},
}

func columnsOf(k model.Kind) []column {
	if k == model.WorkflowRun {
		return workflowColumns
	}
	return messageColumns
}

// fitColumns leaves out the columns of the highest rank until the others fit, and shares what is left over.
func fitColumns(all []column, width int) (shown []column, widths []int) {
	width -= gutter + timeWidth
	for rank := 9; ; rank-- {
		need, shares := 0, 0
		shown = shown[:0:0]
		for _, c := range all {
			if c.rank > rank {
				continue
			}
			shown = append(shown, c)
			need += columnGap + max(c.width, c.min)
			shares += c.share
		}
		if need > width && rank > leastRank {
			continue
		}
		extra := width - need
		widths = make([]int, len(shown))
		for i, c := range shown {
			widths[i] = max(c.width, c.min)
			if c.share > 0 {
				part := extra * c.share / shares
				widths[i] = max(0, widths[i]+part)
				extra -= part
				shares -= c.share
			}
		}
		return shown, widths
	}
}

// wideColumns are all columns, for reading them sideways: the last is as wide as what an entry keeps of a response.
func wideColumns(all []column, width int) (shown []column, widths []int) {
	for _, c := range all {
		w := max(c.width, c.min)
		if c.share > 0 {
			w = max(w, width*2/3)
		}
		widths = append(widths, w)
	}
	return all, widths
}

// wide are the columns for reading sideways, and how far that goes: to the end of the longest response on the screen.
func (m *Model) wide(width int) (columns []column, widths []int, limit int) {
	l := m.list()
	columns, widths = wideColumns(columnsOf(m.kind), width)
	last := len(widths) - 1
	for i := l.Top(); i < min(l.Len(), l.Top()+l.Height()); i++ {
		_, cell := columns[last].draw(m, l.At(i), model.ResponseHead)
		widths[last] = max(widths[last], cell.Width())
	}
	limit = -(width - gutter - timeWidth)
	for _, w := range widths {
		limit += columnGap + w
	}
	return columns, widths, max(0, limit)
}

// drawTable appends the list in exactly height lines: the headings and the visible rows.
func (m *Model) drawTable(lines []string, width, height int) []string {
	l := m.list()
	m.lookAtTable(width)
	f := &m.frame
	end := len(lines) + height
	lines = append(lines, f.headings.get(headingsLook{m.kind, width, f.table.side, f.table.last, f.table.padded, l.Order()}, m.drawHeadings))
	for i := l.Top(); i < l.Len() && len(lines) < end; i++ {
		lines = append(lines, m.drawRow(i))
	}
	empty := ""
	if f.table.padded {
		empty = newRow(width).fill(true).String()
	}
	if l.Len() == 0 && height > 2 {
		lines = append(lines, empty, newRow(width).space(gutter).put(m.theme.dim, m.whyEmpty()).fill(f.table.padded).String())
	}
	for len(lines) < end {
		lines = append(lines, empty)
	}
	return lines
}

// lookAtTable finds out what the rows have in common. When that has changed, none that was drawn stands.
func (m *Model) lookAtTable(width int) {
	f := &m.frame
	look := tableLook{kind: m.kind, width: width, day: m.today(), focus: m.focus, padded: m.lay.detailAside}
	if m.side > 0 {
		columns, widths, limit := m.wide(width)
		look.side, look.last = min(m.side, limit), widths[len(widths)-1]
		f.columns, f.widths = columns, widths
	} else if f.rows == nil || look != f.table {
		f.columns, f.widths = fitColumns(columnsOf(m.kind), width)
	}
	if f.rows == nil || look != f.table || len(f.rows) > keptRows {
		f.rows = make(map[model.Row]drawnRow, 2*m.lay.table.height)
	}
	f.table = look
}

func (m *Model) drawHeadings() string {
	f := &m.frame
	r := newRow(f.table.width).space(gutter).fit(m.theme.dim, m.heading(text.Const("FAILED"), model.ByFailure), timeWidth)
	r.skip = f.table.side
	for i, c := range f.columns {
		r.space(columnGap)
		name := m.heading(c.heading, c.order)
		if c.right {
			r.put(m.theme.dim, text.FitRight(name, f.widths[i]))
		} else {
			r.fit(m.theme.dim, name, f.widths[i])
		}
	}
	return r.fill(f.table.padded).String()
}

// drawRow is the i-th row of the list, as it was drawn before if it still looks like that.
func (m *Model) drawRow(i int) string {
	l := m.list()
	row, key := l.Row(i), l.Key(i)
	look := rowLook{current: i == l.Cursor(), marked: l.Marks.Has(key)}
	look.outcome, look.acted = m.outcome(key)
	if drawn, ok := m.frame.rows[row]; ok && drawn.look == look {
		return drawn.line
	}
	line := m.drawEntry(l.At(i), look)
	m.frame.rows[row] = drawnRow{look, line}
	return line
}

func (m *Model) drawEntry(e *model.Entry, look rowLook) string {
	f := &m.frame
	columns, widths := f.columns, f.widths
	r := newRow(f.table.width)
	o, acted, current := look.outcome, look.acted, look.current
	quiet := acted && o.TakesNoVerb()

	cursor := text.Const(" ")
	if current {
		cursor = text.Const("▸")
		if m.focus != onTable {
			cursor = text.Const("▹")
		}
	}
	r.space(1).put(m.theme.plain, cursor).space(1)
	switch {
	case acted:
		st, glyph := m.outcomeGlyph(o)
		r.put(st, glyph)
	case look.marked:
		r.put(m.theme.mark, text.Const("●"))
	default:
		r.space(1)
	}
	r.space(1)

	st := m.theme.plain
	if quiet {
		st = m.theme.dim
	}
	if current {
		at := m.when(e)
		r.put(m.theme.cursor, at).space(timeWidth - at.Width())
	} else {
		r.fit(st, m.when(e), timeWidth)
	}
	r.skip = f.table.side
	for i, c := range columns {
		r.space(columnGap)
		cst, cell := c.draw(m, e, widths[i])
		if acted && i == len(columns)-1 {
			cst, cell = m.outcomeText(o)
		} else if quiet {
			cst = m.theme.dim
		}
		if c.right {
			r.put(cst, text.FitRight(cell, widths[i]))
		} else {
			r.fit(cst, cell, widths[i])
		}
	}
	return r.fill(f.table.padded).String()
}

// heading is a column's, with an arrow when the list is sorted by it.
func (m *Model) heading(name text.Safe, o model.Order) text.Safe {
	s := m.list().Order()
	switch {
	case s.Order != o || s == model.Sorting{}:
		return name
	case s.Reversed == (o == model.ByFailure):
		return text.Concat(name, text.Const("↑"))
	}
	return text.Concat(name, text.Const("↓"))
}

func (m *Model) whyEmpty() text.Safe {
	l := m.list()
	switch {
	case !l.Started() && !l.RetryAt().IsZero():
		return text.Sprintf("nothing could be read yet: asked again at %s", m.clock(l.RetryAt()))
	case !l.Started() || l.Loading():
		return text.Const("reading the DLQ …")
	case !l.Filter().IsEmpty() && m.stepsWaiting() > 0:
		return text.Sprintf("no match yet: r takes in what %s", stepsKnown(m.stepsWaiting()))
	case m.filter.editing && m.filter.problem != nil:
		return text.Const("nothing matched before the mistake")
	case m.filter.editing:
		return text.Const("no match in what is loaded: enter asks the server")
	case l.Filter().NotOf(m.kind) != "":
		return text.Sprintf("no %s has %s: that is of workflow runs (2)", m.kind.Noun(1), l.Filter().NotOf(m.kind))
	case !l.Filter().IsEmpty() && !l.Exhausted():
		return text.Const("no match in what is loaded: a loads the rest")
	case !l.Filter().IsEmpty():
		return text.Sprintf("no %s match the filter: / changes it", m.kind.Noun(2))
	}
	return text.Sprintf("the DLQ has no %s", m.kind.Noun(2))
}

// when is the time of failure: with the date when it is not today's, with ~ when only the creation is known.
func (m *Model) when(e *model.Entry) text.Safe {
	at, failed := e.When()
	if at.IsZero() {
		return text.Const("unknown")
	}
	if !failed {
		return text.Cut(text.Concat(text.Const("~"), m.clock(at)), timeWidth)
	}
	return m.clock(at)
}

// clock is a time of day, or of another day with its date.
func (m *Model) clock(at time.Time) text.Safe {
	at = at.In(m.opts.Zone)
	now := m.now.In(m.opts.Zone)
	if at.YearDay() == now.YearDay() && at.Year() == now.Year() {
		return text.Line(at.Format("15:04:05"))
	}
	return text.Line(at.Format("01-02 15:04:05"))
}
