package ui

import (
	"errors"
	"time"

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
	// past are the filters that were applied, the newest last; at is the one shown, len(past) for what is being typed.
	past  []string
	at    int
	typed string
}

// keptFilters is how many filters are remembered.
const keptFilters = 100

func (f *filterLine) remember(line string) {
	if line == "" || len(f.past) > 0 && f.past[len(f.past)-1] == line {
		return
	}
	f.past = append(f.past, line)
	if len(f.past) > keptFilters {
		f.past = f.past[1:]
	}
}

// turn shows the filter n places on in the history.
func (f *filterLine) turn(n int) bool {
	to := max(0, min(f.at+n, len(f.past)))
	if to == f.at {
		return false
	}
	if f.at == len(f.past) {
		f.typed = f.input.Value()
	}
	f.at = to
	line := f.typed
	if to < len(f.past) {
		line = f.past[to]
	}
	f.input.SetValue(line)
	f.input.CursorEnd()
	return true
}

func newFilterLine() filterLine {
	return filterLine{input: newInput("")}
}

func (f *filterLine) edit(l *model.Listing) {
	current := l.Filter()
	f.editing, f.before, f.place, f.goBack, f.problem = true, current, l.Place(), nil, nil
	f.at = len(f.past)
	line := current.String()
	if line != "" {
		line += " "
	}
	f.input.SetValue(line)
	f.input.CursorEnd()
	f.input.Focus()
}

func (f *filterLine) parse(now time.Time) (model.Filter, bool) {
	filter, err := model.ParseFilterAt(f.input.Value(), now)
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
	filter, ok := m.filter.parse(m.now.In(m.opts.Zone))
	if !ok {
		return nil
	}
	return runRebuild(m.kind, m.list().Refilter(filter, false))
}

func (m *Model) filterKey(b keymap.Binding) tea.Cmd {
	switch b.Action {
	case keymap.ApplyFilter:
		filter, ok := m.filter.parse(m.now.In(m.opts.Zone))
		if !ok {
			return nil
		}
		m.filter.editing = false
		m.filter.remember(filter.String())
		return m.setFilter(filter)
	case keymap.OlderFilter:
		if m.filter.turn(-1) {
			return m.preview()
		}
	case keymap.NewerFilter:
		if m.filter.turn(1) {
			return m.preview()
		}
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
	if !m.filter.editing {
		return m.frame.filter.get(m.filterLook(), m.drawFilterApplied), -1
	}
	r := newRow(m.width).put(m.theme.dim, text.Const(" filter  "))
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

// drawFilterApplied is the line while it is not edited.
func (m *Model) drawFilterApplied() string {
	r := newRow(m.width).put(m.theme.dim, text.Const(" filter  "))
	if f := m.list().Filter(); f.IsEmpty() {
		r.put(m.theme.dim, text.Const("none"))
	} else {
		r.put(m.theme.note, text.Cell(f.String(), max(10, m.width-r.used-m.loadedWidth()-2)))
	}
	m.drawLoaded(r)
	return r.String()
}

// notice is the message to the user: while a filter is edited that has a mistake, all of what is wrong with it, if the line
// under it has no room.
func (m *Model) notice() *notice {
	if p := m.filter.problem; m.filter.editing && p != nil {
		if words := text.Line(p.Problem); words.Width() > m.width-len(" filter  ")-p.End-1 {
			return &notice{err: true, text: words}
		}
	}
	if n := m.notices.current(); n != nil {
		return n
	}
	return m.offer()
}

// drawProblem points at what is wrong in the filter, in the place of the rule below it.
func (m *Model) drawProblem() string {
	p := m.filter.problem
	value := m.filter.input.Value()
	start := text.Line(value[:min(p.Start, len(value))]).Width() + len(" filter  ")
	width := max(1, text.Line(value[min(p.Start, len(value)):min(p.End, len(value))]).Width())
	message := text.Line(p.Problem)
	r := newRow(m.width)
	// The mark stays under the word unless hardly anything of the message would fit behind it.
	const least = 30
	if start+width+1+min(message.Width(), least) > m.width {
		start = max(0, min(start, m.width-least-width-1))
	}
	r.space(start).put(m.theme.bad, text.Repeat(text.Const("^"), min(width, m.width/2)))
	return r.space(1).put(m.theme.bad, message).String()
}
