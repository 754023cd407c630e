package ui

import (
	tea "charm.land/bubbletea/v2"
	"github.com/dustin/go-humanize"

	"redrive/keymap"
	"redrive/model"
	"redrive/ui/text"
)

// checked tells whether the plan may be answered: of a large one, once it is known what is still there of it, or that this
// cannot be known. The calls of a small one tell it of each entry by themselves.
func (s *sheet) checked() bool {
	return s.check == nil || s.check.Done() || !s.plan.Large() && !s.refresh
}

// sheetChecked takes a step of the check. What is gone is taken out of the plan, and the sheet has to be read anew.
func (m *Model) sheetChecked(msg checkedMsg) tea.Cmd {
	s := m.sheet
	if s == nil || s.check == nil || s.check != msg.check {
		return nil
	}
	s.check.Apply(msg.result)
	if !s.check.Done() {
		return nil
	}
	if len(s.check.Gone()) == 0 && !s.plan.Large() && !s.refresh {
		s.lines = s.says(m)
		return nil
	}
	if s.refresh {
		s.plan = s.plan.Refreshed(s.check)
	}
	if gone := s.check.Gone(); len(gone) > 0 {
		left, some := s.plan.Without(gone)
		for _, k := range gone {
			m.acted[k] = m.foundGone()
		}
		if !some {
			m.sheet = nil
			return m.say(text.Sprintf("nothing to %s: all of them are gone from the DLQ", s.plan.Verb.String()))
		}
		s.plan, s.question = left, left.Question()
	}
	s.lines = s.says(m)
	s.top = 0
	// What was seen of the sheet before is not what it says now.
	m.sheets++
	s.id, s.watching = m.sheets, false
	s.guard.Unreadable()
	return m.watchSheet()
}

// drawChecking says that the plan cannot be answered yet.
func (m *Model) drawChecking(r *row) string {
	s := m.sheet
	return r.put(m.theme.dim, text.Sprintf("checking what is still there: %s of %s · n sends nothing",
		humanize.Comma(int64(s.check.Checked())), humanize.Comma(int64(s.plan.Selection.Len())))).String()
}

// stillThere says what the check found.
func (s *sheet) stillThere() text.Safe {
	switch {
	case !s.check.Done():
		return text.Const("what is still there, before anything is sent")
	case s.check.Err() != nil:
		return text.Sprintf("not, as the DLQ could not be read: %s", s.check.Err().Error())
	case s.plan.Gone > 0:
		return text.Sprintf("still there %s, gone %s", humanize.Comma(int64(s.plan.Selection.Len())), humanize.Comma(int64(s.plan.Gone)))
	}
	return text.Sprintf("all %s are still there", humanize.Comma(int64(s.plan.Selection.Len())))
}

// switchFilter lets the server decide by the filter what is done, or goes back to the ids of the plan.
func (m *Model) switchFilter() tea.Cmd {
	s := m.sheet
	if s.plan.Filterable.Valid() != nil {
		return m.say(text.Sprintf("f does nothing now: %s", m.disabled(keymap.ByFilter)))
	}
	if s.plan.ByFilter() {
		s.plan.Matching = model.Matching{}
	} else {
		s.plan.Matching = s.plan.Filterable
	}
	s.question = s.plan.Question()
	s.lines = s.says(m)
	m.sheets++
	s.id, s.watching, s.top = m.sheets, false, 0
	s.guard.Unreadable()
	return m.watchSheet()
}
