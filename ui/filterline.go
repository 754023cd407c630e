package ui

import (
	"errors"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"redrive/keymap"
	"redrive/model"
	"redrive/ui/text"
)

// filterLine is the filter while it is edited.
type filterLine struct {
	editing bool
	input   textinput.Model
	before  model.Filter // what esc goes back to
	place   model.Place  // and where the cursor was
	goBack  *model.Place // set until the rows of before are shown again
	problem *model.FilterError
}

func newFilterLine() filterLine {
	in := textinput.New()
	in.Prompt = ""
	in.CharLimit = 4096
	in.KeyMap.Paste.SetEnabled(false) // it would read the clipboard of the machine that redrive runs on
	return filterLine{input: in}
}

func (f *filterLine) edit(l *model.Listing) {
	current := l.Filter()
	f.editing, f.before, f.place, f.goBack, f.problem = true, current, l.Place(), nil, nil
	line := current.String()
	if line != "" {
		line += " "
	}
	f.input.SetValue(line)
	f.input.CursorEnd()
	f.input.Focus()
}

func (f *filterLine) parse() (model.Filter, bool) {
	filter, err := model.ParseFilter(f.input.Value())
	f.problem = nil
	if errors.As(err, &f.problem) {
		return model.Filter{}, false
	}
	return filter, err == nil
}

// filterTyped takes a key or a paste into the line, and shows what it would let through.
func (m *Model) filterTyped(msg tea.Msg) tea.Cmd {
	before := m.filter.input.Value()
	m.filter.input, _ = m.filter.input.Update(msg)
	if m.filter.input.Value() == before {
		return nil
	}
	return m.preview()
}

func (m *Model) preview() tea.Cmd {
	filter, ok := m.filter.parse()
	if !ok {
		return nil
	}
	return runRebuild(m.kind, m.list().Refilter(filter, false))
}

func (m *Model) filterKey(b keymap.Binding) tea.Cmd {
	switch b.Action {
	case keymap.ApplyFilter:
		filter, ok := m.filter.parse()
		if !ok {
			return nil
		}
		m.filter.editing = false
		return m.setFilter(filter)
	case keymap.CancelFilter:
		return m.cancelFilter()
	case keymap.Interrupt:
		return m.interrupt()
	case keymap.EmptyFilter:
		m.filter.input.Reset()
		return m.preview()
	case keymap.Suspend:
		return m.suspend()
	}
	return nil
}

func (m *Model) cancelFilter() tea.Cmd {
	m.filter.editing = false
	m.filter.goBack = &m.filter.place
	return runRebuild(m.kind, m.list().Refilter(m.filter.before, false))
}

// setFilter shows what is loaded and matches, and asks the server for the rest.
func (m *Model) setFilter(f model.Filter) tea.Cmd {
	l := m.list()
	if f.Server(l.Kind()).Identity() != l.Server().Identity() {
		m.restartReading(m.kind)
	}
	return runRebuild(m.kind, l.Refilter(f, true))
}

// drawFilter is the second line of the screen: the filter at the left, what is loaded at the right.
func (m *Model) drawFilter() (line string, cursor int) {
	r := newRow(m.width)
	r.put(m.theme.dim, text.Const(" filter  "))
	if !m.filter.editing {
		f := m.list().Filter()
		if f.IsEmpty() {
			r.put(m.theme.dim, text.Const("none"))
		} else {
			r.put(m.theme.note, text.Cell(f.String(), max(10, m.width-r.used-m.loadedWidth()-2)))
		}
		m.drawLoaded(r)
		return r.String(), -1
	}
	value := []rune(m.filter.input.Value())
	at := min(m.filter.input.Position(), len(value))
	// What is left of the cursor is skipped when the line is too long, so that the cursor is always seen.
	left := text.Line(string(value[:at]))
	if over := left.Width() - (m.width - r.used - 2); over > 0 {
		left = text.Skip(left, over)
	}
	r.put(m.theme.plain, left)
	cursor = r.used
	r.put(m.theme.plain, text.Line(string(value[at:])))
	return r.String(), cursor
}

// drawProblem points at what is wrong in the filter, in the place of the rule below it.
func (m *Model) drawProblem() string {
	p := m.filter.problem
	value := m.filter.input.Value()
	start := text.Line(value[:min(p.Start, len(value))]).Width() + len(" filter  ")
	width := max(1, text.Line(value[min(p.Start, len(value)):min(p.End, len(value))]).Width())
	message := text.Line(p.Problem)
	r := newRow(m.width)
	if start+width+1+message.Width() > m.width {
		start = max(0, min(start, m.width-message.Width()-width-1))
	}
	r.space(start).put(m.theme.bad, text.Repeat(text.Const("^"), min(width, m.width/2)))
	return r.space(1).put(m.theme.bad, message).String()
}
