package ui

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/dustin/go-humanize"

	"redrive/model"
	"redrive/ui/text"
)

// View draws the screen. It is the one place that returns a tea.View.
func (m *Model) View() tea.View {
	content, cursorX, cursorY := m.draw()
	v := tea.NewView(content)
	if cursorX >= 0 {
		v.Cursor = tea.NewCursor(cursorX, cursorY)
	}
	return v
}

// draw is the screen as text, with the place of the text cursor (-1 for none).
func (m *Model) draw() (content string, cursorX, cursorY int) {
	content, cursorX, cursorY = m.drawUTF8()
	if m.opts.ASCII {
		content = text.ASCII(content)
	}
	return content, cursorX, cursorY
}

func (m *Model) drawUTF8() (content string, cursorX, cursorY int) {
	switch {
	case m.width == 0 || m.height == 0:
		return "", -1, 0
	case m.lay.tooSmall:
		s := text.Sprintf("redrive needs %d×%d, this is %d×%d", minWidth, minHeight, m.width, m.height)
		return newRow(m.width).put(m.theme.plain, s).String(), -1, 0
	}
	filter, cursorX := m.drawFilter()
	if m.jobView.open {
		filter, cursorX = m.drawJobsLine(), -1
	}
	if m.causes.open {
		filter, cursorX = m.drawCausesLine(), -1
	}
	if m.detail.search.editing {
		filter, cursorX = m.drawSearch()
	}
	if m.export.dialog != nil {
		filter, cursorX = m.drawExportName()
	}
	lines := append(m.frame.lines[:0], m.drawTitle(), filter, m.drawTopRule())
	switch {
	case m.help != nil:
		lines = append(lines, m.help.draw(m, m.width, m.lay.body.height)...)
	case m.jobView.open:
		lines = append(lines, m.drawJobs(m.width, m.lay.body.height)...)
	case m.causes.open:
		lines = append(lines, m.drawCauses(m.width, m.lay.body.height)...)
	default:
		lines = m.drawBody(lines)
	}
	lines = append(m.drawNotice(lines), m.drawFooter())
	cursorY = 1
	switch {
	case m.sheet != nil:
		cursorX, cursorY = m.drawSheetOver(lines)
	case m.menu != nil:
		m.drawMenuOver(lines)
	}
	m.frame.lines = lines
	return strings.Join(lines, "\n"), cursorX, cursorY
}

// drawBody draws the table, and the detail where there is room for it.
func (m *Model) drawBody(lines []string) []string {
	if m.lay.detailAlone {
		return append(lines, m.drawDetail()...)
	}
	first := len(lines)
	lines = m.drawTable(lines, m.lay.table.width, m.lay.table.height)
	if !m.detail.open {
		return lines
	}
	detail := m.drawDetail()
	if !m.lay.detailAside {
		return append(append(lines, m.drawRule(m.width)), detail...)
	}
	for i, line := range detail {
		lines[first+i] += string(m.theme.rule) + "│\x1b[m" + line
	}
	return lines
}

func (m *Model) drawDetail() []string {
	d := &m.detail
	draw := func() []string { return d.draw(m, m.lay.detail.width, m.lay.detail.height) }
	if d.doc == nil || d.err != nil {
		return draw()
	}
	look := detailLook{
		doc: d.doc, log: d.log.on, key: d.key, top: d.top, width: m.lay.detail.width, height: m.lay.detail.height, focus: m.focus, day: m.today(),
		pattern: d.search.pattern, matches: len(d.search.matches), current: d.search.current, allMatches: d.search.all, going: d.search.going,
	}
	look.rows, look.all = d.doc.rows()
	look.outcome, look.acted = m.outcome(d.key)
	return m.frame.detail.get(look, draw)
}

func (m *Model) drawRule(width int) string {
	return m.frame.rule.get(width, func() string {
		return newRow(width).put(m.theme.rule, text.Repeat(text.Const("─"), width)).String()
	})
}

func (m *Model) drawTopRule() string {
	if m.export.dialog != nil {
		return m.drawExportSays()
	}
	if m.filter.editing && m.filter.problem != nil {
		return m.drawProblem()
	}
	return m.drawRule(m.width)
}

// drawNotice is the line above the footer: the last message, or a rule.
func (m *Model) drawNotice(lines []string) []string {
	if m.planning != nil {
		return append(lines, m.drawPlanning()...)
	}
	if m.copies.chord != nil {
		return append(lines, m.drawChord()...)
	}
	n := m.notice()
	if n == nil && m.export.job != nil {
		return append(lines, m.drawExportProgress())
	}
	if n == nil {
		return append(lines, m.drawRule(m.width))
	}
	look := noticeLook{text: n.text, err: n.err, editing: m.filter.editing, width: m.width, height: m.lay.notice.height}
	return append(lines, m.frame.notice.get(look, func() []string { return m.drawMessage(n) })...)
}

func (m *Model) drawMessage(n *notice) []string {
	if !n.err {
		lines := make([]string, m.lay.notice.height)
		for i, part := range wrapWords(n.text, m.noticeWidth(false)) {
			if i < len(lines) {
				lines[i] = newRow(m.width).space(1).put(m.theme.note, part).String()
			}
		}
		return lines
	}
	hint := text.Const("  esc dismisses")
	if m.filter.editing {
		hint = text.Safe{}
	}
	wrapped := wrapWords(n.text, m.noticeWidth(true))
	lines := make([]string, m.lay.notice.height)
	for i := range lines {
		r := newRow(m.width)
		switch {
		case i >= len(wrapped):
		case i == 0:
			r.put(m.theme.bad, text.Const(" ✗ ")).put(m.theme.bad, wrapped[i]).right(m.theme.dim, hint)
		default:
			r.space(3).put(m.theme.bad, wrapped[i])
		}
		lines[i] = r.String()
	}
	return lines
}

// roughly is a duration in its two largest units.
func roughly(d time.Duration) string {
	days, hours, minutes := int(d.Hours())/24, int(d.Hours())%24, int(d.Minutes())%60
	switch {
	case days > 0:
		return text.Sprintf("%dd %dh", days, hours).String()
	case hours > 0:
		return text.Sprintf("%dh %dm", hours, minutes).String()
	case minutes > 0:
		return text.Sprintf("%dm", minutes).String()
	}
	return text.Sprintf("%ds", int(d.Seconds())).String()
}

// jobLine is how much of what was sent is not settled yet.
func (m *Model) jobLine() text.Safe {
	if s := m.drawHeld(); !s.IsEmpty() {
		return s
	}
	for _, j := range m.jobs {
		switch s := j.State(); {
		case j.Restored:
		case s == model.Feeding && j.Large(), s == model.Paused:
			words := text.Sprintf("job %d %s %s/%s", j.Number, s.String(), humanize.Comma(int64(j.Len()-j.Unsettled())), humanize.Comma(int64(j.Len())))
			if n := j.Count(model.Delivered); n > 0 {
				words = text.Concat(words, text.Sprintf(", %s delivered", humanize.Comma(int64(n))))
			}
			return words
		}
	}
	if n := m.underWay(); n > 0 {
		return text.Sprintf("%s under way", humanize.Comma(int64(n)))
	}
	waiting := 0
	for _, j := range m.jobs {
		waiting += j.Awaited()
	}
	if waiting > 0 {
		return text.Sprintf("%s sent and awaited (4)", humanize.Comma(int64(waiting)))
	}
	return text.Safe{}
}

// ago says how long since at, roughly.
func ago(now, at time.Time) text.Safe {
	return text.Line(humanize.RelTime(at, now, "ago", "from now"))
}

// since is how long ago something was that has been. When that is in time to come, the clock of this machine is wrong, or the
// server's is.
func since(now, at time.Time) text.Safe {
	const skew = time.Minute // of clocks that are as right as they get
	switch ahead := at.Sub(now); {
	case ahead > skew:
		return text.Sprintf("by this clock %s", ago(now, at))
	case ahead > 0:
		return text.Const("now")
	}
	return ago(now, at)
}
