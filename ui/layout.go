package ui

import tea "charm.land/bubbletea/v2"

const (
	minWidth, minHeight = 40, 10
	// detailBelowFrom is the height from which the detail stands below the table, and detailAsideFrom the width from
	// which it stands at the side; in between it takes the screen.
	detailBelowFrom = 30
	detailAsideFrom = 160

	headerRows  = 3 // title, filter, rule
	columnsRows = 1
	footerRows  = 1
	// noticeLimit is the most lines that a message to the user takes; one that needs more is whole in the help.
	noticeLimit = 4
)

// rect is the size of a part of the screen.
type rect struct{ width, height int }

// layout says where things are, by the size of the window alone.
type layout struct {
	tooSmall    bool
	body        rect // between header and footer
	table       rect // with its column headings
	detail      rect
	notice      rect // the last message, or a rule
	detailAside bool
	detailAlone bool // the detail has taken the table's place
}

func arrange(width, height, noticeRows int, detailOpen bool) layout {
	l := layout{tooSmall: width < minWidth || height < minHeight}
	if l.tooSmall {
		return l
	}
	l.notice = rect{width, noticeRows}
	l.body = rect{width, height - headerRows - noticeRows - footerRows}
	l.table = l.body
	switch {
	case !detailOpen:
	case width >= detailAsideFrom:
		l.detailAside = true
		left := width * 55 / 100
		l.table.width = left
		l.detail = rect{width - left - 1, l.body.height}
	case height >= detailBelowFrom:
		top := l.body.height * 45 / 100
		l.table.height = top
		l.detail = rect{width, l.body.height - top - 1}
	default:
		l.detailAlone = true
		l.detail = l.body
		l.table.height = 0
	}
	return l
}

// arrange lays the screen out anew, and tells the parts their sizes.
func (m *Model) arrange() tea.Cmd {
	m.lay = arrange(m.width, m.height, m.noticeRows(), m.detail.open && !m.jobView.open && !m.causes.open)
	if m.lay.tooSmall {
		if m.sheet != nil {
			m.sheet.guard.Unreadable()
		}
		return nil
	}
	rows := m.lay.table.height - columnsRows
	if m.lay.detailAlone {
		rows = m.lay.body.height - columnsRows
	}
	for _, l := range m.lists {
		l.Resize(rows)
	}
	if m.lay.detailAlone {
		m.focus = onDetail
	}
	m.filter.input.SetWidth(m.width)
	m.moveInCauses(0)
	return m.detail.resize(m, m.lay.detail.width, m.lay.detail.height)
}

// noticeRows is how many lines the message to the user takes: an error takes as many as it needs, since it says at its end
// what to do. A small screen keeps room for the list.
func (m *Model) noticeRows() int {
	n := m.notice()
	if n == nil || m.width < minWidth {
		return 1
	}
	return max(1, min(len(wrapWords(n.text, m.noticeWidth(n.err))), noticeLimit, (m.height-headerRows-footerRows)/3))
}

func (m *Model) noticeWidth(err bool) int {
	if !err {
		return max(8, m.width-1)
	}
	return max(8, m.width-3-len("  esc dismisses"))
}
