package ui

const (
	minWidth, minHeight = 40, 10
	// detailBelowFrom is the height from which the detail stands below the table, and detailAsideFrom the width from
	// which it stands at the side; in between it takes the screen.
	detailBelowFrom = 30
	detailAsideFrom = 160

	headerRows  = 3 // title, filter, rule
	columnsRows = 1
	footerRows  = 2 // rule or notice, footer
)

// rect is a part of the screen.
type rect struct{ x, y, width, height int }

// layout says where things are, by the size of the window alone.
type layout struct {
	tooSmall    bool
	body        rect // between header and footer
	table       rect // with its column headings
	detail      rect
	detailAside bool
	detailAlone bool // the detail has taken the table's place
}

func arrange(width, height int, detailOpen bool) layout {
	l := layout{tooSmall: width < minWidth || height < minHeight}
	if l.tooSmall {
		return l
	}
	l.body = rect{0, headerRows, width, height - headerRows - footerRows}
	l.table = l.body
	switch {
	case !detailOpen:
	case width >= detailAsideFrom:
		l.detailAside = true
		left := width * 55 / 100
		l.table.width = left
		l.detail = rect{left + 1, l.body.y, width - left - 1, l.body.height}
	case height >= detailBelowFrom:
		top := l.body.height * 45 / 100
		l.table.height = top
		l.detail = rect{0, l.body.y + top + 1, width, l.body.height - top - 1}
	default:
		l.detailAlone = true
		l.detail = l.body
		l.table.height = 0
	}
	return l
}

// arrange lays the screen out anew, and tells the parts their sizes.
func (m *Model) arrange() {
	m.lay = arrange(m.width, m.height, m.detail.open)
	if m.lay.tooSmall {
		if m.sheet != nil {
			m.sheet.guard.Unreadable()
		}
		return
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
	m.detail.resize(m.lay.detail.width, m.lay.detail.height)
	m.filter.input.SetWidth(m.width)
}
