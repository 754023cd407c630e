package ui

import (
	tea "charm.land/bubbletea/v2"

	"redrive/keymap"
	"redrive/model"
	"redrive/ui/text"
)

// menu is a short list to choose a line from.
type menu struct {
	title  text.Safe
	lines  []text.Safe
	at     int
	choose func(m *Model, i int) tea.Cmd
}

func (m *Model) menuKey(b keymap.Binding) tea.Cmd {
	n := m.menu
	switch b.Action {
	case keymap.Down:
		n.at = min(n.at+1, len(n.lines)-1)
	case keymap.Up:
		n.at = max(n.at-1, 0)
	case keymap.Choose:
		m.menu = nil
		if n.at < len(n.lines) {
			return n.choose(m, n.at)
		}
	case keymap.Back:
		m.menu = nil
	case keymap.Interrupt:
		return m.interrupt()
	case keymap.Suspend:
		return m.suspend()
	}
	return nil
}

// sortMenu offers the columns that a list can be sorted by.
func sortMenu(l *model.Listing) *menu {
	n := &menu{title: text.Const("Sort by")}
	current := l.Order()
	for i, o := range model.Orders(l.Kind()) {
		words := text.Line(o.String())
		if o == current.Order {
			n.at = i
			direction := text.Const("  (now; again turns it round)")
			if current.Reversed {
				direction = text.Const("  (now, turned round; again turns it back)")
			}
			words = text.Concat(words, direction)
		}
		n.lines = append(n.lines, words)
	}
	n.choose = func(m *Model, i int) tea.Cmd {
		l := m.list()
		next := model.Sorting{Order: model.Orders(l.Kind())[i]}
		if now := l.Order(); now.Order == next.Order {
			next.Reversed = !now.Reversed
		}
		return runRebuild(m.kind, l.Sort(next))
	}
	return n
}

// filterMenu offers the values of the row under the cursor as terms of the filter.
func filterMenu(l *model.Listing) *menu {
	e, _ := l.Current()
	terms := e.FilterValues()
	n := &menu{title: text.Const("Filter by")}
	for _, t := range terms {
		n.lines = append(n.lines, text.Line(head(t)))
	}
	n.choose = func(m *Model, i int) tea.Cmd {
		f, err := m.list().Filter().With(terms[i])
		if err != nil {
			m.complain(text.Line(err.Error()))
			return nil
		}
		m.filter.remember(f.String())
		return m.setFilter(f)
	}
	return n
}

// drawMenuOver puts the menu over the lower part of the screen.
func (m *Model) drawMenuOver(lines []string) {
	n := m.menu
	const framed = 3
	shown := min(len(n.lines), max(1, len(lines)-headerRows-framed-footerRows))
	top := max(0, min(n.at-shown/2, len(n.lines)-shown))
	at := len(lines) - footerRows - shown - framed
	if at < 1 {
		return
	}
	lines[at] = m.drawRule(m.width)
	lines[at+1] = newRow(m.width).space(2).put(m.theme.title, n.title).String()
	for i := range shown {
		r := newRow(m.width).space(2)
		st, mark := m.theme.plain, text.Const("  ")
		if top+i == n.at {
			st, mark = m.theme.bold, text.Const("▸ ")
		}
		lines[at+2+i] = r.put(st, mark).put(st, n.lines[top+i]).String()
	}
	lines[at+2+shown] = m.drawRule(m.width)
}
