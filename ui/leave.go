package ui

import (
	tea "charm.land/bubbletea/v2"
	"github.com/dustin/go-humanize"

	"redrive/ui/text"
)

// interrupt is quit, and twice in a row it always leaves.
func (m *Model) interrupt() tea.Cmd {
	cmd := m.quit()
	m.leaving = true
	return cmd
}

// quit closes what is on top; from a list it ends the program, after a word when something is not settled.
func (m *Model) quit() tea.Cmd {
	switch {
	case m.leaving:
	case m.sheet != nil:
		return m.closeSheet()
	case m.planning != nil:
		return m.leavePlanning()
	case m.menu != nil:
		m.menu = nil
		return nil
	case m.help != nil:
		m.help = nil
		return nil
	case m.filter.editing:
		return m.cancelFilter()
	case m.export.dialog != nil:
		m.closeExport()
		return nil
	case m.detail.search.editing:
		m.detail.search.drop()
		return nil
	case m.detail.open:
		if m.underWay() == 0 {
			m.focus = onTable
			m.detail.close()
			return m.arrange()
		}
		return m.askToLeave()
	default:
		if m.underWay() > 0 {
			return m.askToLeave()
		}
	}
	m.ended = true
	return tea.Quit
}

func (m *Model) askToLeave() tea.Cmd {
	m.leaving = true
	switch waiting := m.entriesWaiting(); {
	case waiting > 0 && waiting == m.underWay():
		return m.say(text.Sprintf("q again leaves: the delete of %s has not been sent, and will not be", nounEntries(waiting)))
	case waiting > 0:
		return m.say(text.Sprintf("%s not settled: q again leaves; the delete of %s has not been sent, and will not be", entries(m.underWay()), humanize.Comma(int64(waiting))))
	}
	return m.say(text.Sprintf("%s not settled: q again leaves, and answers under way are waited for up to a second", entries(m.underWay())))
}

// underWay is how many entries are not settled yet.
func (m *Model) underWay() int {
	n := 0
	for _, j := range m.jobs {
		if !j.Restored {
			n += j.Unsettled()
		}
	}
	if m.publishing != nil {
		n += m.publishing.of - int(m.publishing.made.Load())
	}
	return n
}
