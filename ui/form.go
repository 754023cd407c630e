package ui

import (
	"slices"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"redrive/keymap"
	"redrive/model"
	"redrive/ui/text"
)

// form edits the overrides of a plan: one line a setting, checked while it is typed. An empty field is not sent.
type form struct {
	fields []formField
	at     int
	before model.Overrides
	stop   model.StopRule // before
}

type formField struct {
	setting model.Setting
	forward bool // a header for the destination instead of a setting
	stop    bool // the stop rule of the job, which is not sent
	input   textinput.Model
}

// editOverrides opens the form over the sheet. The sheet must be read anew afterwards.
func (m *Model) editOverrides() tea.Cmd {
	s := m.sheet
	if len(s.plan.Verb.Settings()) == 0 || s.rest != nil || s.publish != nil {
		return nil
	}
	s.guard.Unreadable()
	f := &form{before: s.plan.Overrides, stop: s.plan.Stop}
	for _, setting := range s.plan.Verb.Settings() {
		f.fields = append(f.fields, formField{setting: setting, input: newInput(s.plan.Overrides.Values[setting])})
	}
	if s.plan.Large() {
		f.fields = append(f.fields, formField{stop: true, input: newInput(s.plan.Stop.String())})
	}
	if s.plan.Verb.Forwards() {
		for _, h := range s.plan.Overrides.Forward {
			f.fields = append(f.fields, formField{forward: true, input: newInput(h)})
		}
		f.fields = append(f.fields, formField{forward: true, input: newInput("")})
	}
	f.fields[0].input.Focus()
	s.form = f
	return nil
}

// newInput is a line of text to edit. It never reads the clipboard of the machine that redrive runs on.
func newInput(value string) textinput.Model {
	in := textinput.New()
	in.Prompt = ""
	in.CharLimit = 4096
	in.KeyMap.Paste.SetEnabled(false)
	in.SetValue(value)
	in.CursorEnd()
	return in
}

// overrides are what the form says.
func (f *form) overrides() model.Overrides {
	o := model.Overrides{}
	for _, field := range f.fields {
		switch v := field.input.Value(); {
		case field.stop:
		case !field.forward:
			o.Values[field.setting] = v
		case v != "":
			o.Forward = append(o.Forward, v)
		}
	}
	return o
}

// stopRule is what the form says of when the job stops by itself; as it was when it is not in the form.
func (f *form) stopRule() (rule model.StopRule, problem string) {
	for _, field := range f.fields {
		if field.stop {
			return model.ParseStopRule(field.input.Value())
		}
	}
	return f.stop, ""
}

// problems are the mistakes in the form, by field.
func (f *form) problems() map[int]string {
	out := map[int]string{}
	if _, problem := f.stopRule(); problem != "" {
		out[slices.IndexFunc(f.fields, func(field formField) bool { return field.stop })] = problem
	}
	for _, p := range f.overrides().Check() {
		forward := 0
		for i, field := range f.fields {
			switch {
			case p.Forward < 0 && !field.forward && !field.stop && field.setting == p.Setting:
				out[i] = p.Problem
			case p.Forward >= 0 && field.forward && field.input.Value() != "":
				if forward == p.Forward {
					out[i] = p.Problem
				}
				forward++
			}
		}
	}
	return out
}

func (f *form) move(n int) {
	f.fields[f.at].input.Blur()
	f.at = (f.at + n + len(f.fields)) % len(f.fields)
	f.fields[f.at].input.Focus()
}

// formKey does what a key does in the form: the form's own keys move and leave, all others are text.
func (m *Model) formKey(msg tea.KeyPressMsg, b keymap.Binding, known bool) tea.Cmd {
	f := m.sheet.form
	if !known {
		m.formTyped(msg)
		return nil
	}
	switch b.Action {
	case keymap.NextField:
		f.move(1)
	case keymap.LastField:
		f.move(-1)
	case keymap.EmptyField:
		f.fields[f.at].input.Reset()
	case keymap.Take:
		if problems := f.problems(); len(problems) > 0 {
			for i := range f.fields {
				if problems[i] != "" {
					f.move(i - f.at)
					break
				}
			}
			return nil
		}
		rule, _ := f.stopRule()
		return m.leaveForm(f.overrides(), rule)
	case keymap.Back:
		return m.leaveForm(f.before, f.stop)
	case keymap.Interrupt:
		return m.interrupt()
	case keymap.Suspend:
		return m.suspend()
	}
	return nil
}

// formTyped takes a key or a paste into the field. A header typed into the last line opens another.
func (m *Model) formTyped(msg tea.Msg) {
	f := m.sheet.form
	f.fields[f.at].input, _ = f.fields[f.at].input.Update(msg)
	if last := &f.fields[len(f.fields)-1]; last.forward && last.input.Value() != "" {
		f.fields = append(f.fields, formField{forward: true, input: newInput("")})
	}
}

func (m *Model) leaveForm(o model.Overrides, rule model.StopRule) tea.Cmd {
	s := m.sheet
	s.form = nil
	s.plan.Overrides, s.plan.Stop = o, rule
	s.lines = s.says(m)
	s.top = 0
	s.guard.Unreadable()
	return m.watchSheet()
}

// draw is the form in at most height lines; the field that is edited is always among them.
func (f *form) draw(m *Model, width, height int) (lines []string, cursorX, cursorY int) {
	problems := f.problems()
	top := max(0, min(f.at-height/2, len(f.fields)-height))
	for i := top; i < len(f.fields) && len(lines) < height; i++ {
		field := &f.fields[i]
		name, hint := text.Const("forward header"), text.Const("Name: value")
		switch {
		case field.stop:
			name, hint = text.Const("stops under"), text.Sprintf("%% delivered of the last %d that ended; %d unless set, 0 never", model.StopLast, model.StopLeast)
		case !field.forward:
			name, hint = text.Line(field.setting.Name()), text.Line(field.setting.Hint())
		}
		r := newRow(width).space(2)
		mark := text.Const(" ")
		if i == f.at {
			mark = text.Const("▸")
		}
		r.put(m.theme.bold, mark).space(1).fit(m.theme.dim, name, labelWidth)
		value := []rune(field.input.Value())
		at := min(field.input.Position(), len(value))
		if i == f.at {
			left := text.Line(string(value[:at]))
			if over := left.Width() - (width - r.used - 2); over > 0 {
				left = text.Skip(left, over)
			}
			r.put(m.theme.plain, left)
			cursorX, cursorY = r.used, len(lines)
			r.put(m.theme.plain, text.Line(string(value[at:])))
		} else {
			r.put(m.theme.plain, text.Line(string(value)))
		}
		switch {
		case problems[i] != "":
			r.space(2).put(m.theme.bad, text.Line(problems[i]))
		case len(value) == 0 && field.stop && i == f.at:
			r.space(2).put(m.theme.dim, hint)
		case len(value) == 0 && field.stop:
			r.put(m.theme.dim, text.Sprintf("%d %%, and when one fails in a new way", model.StopLeast))
		case len(value) == 0 && i == f.at:
			r.space(2).put(m.theme.dim, text.Concat(text.Const("not sent  "), hint))
		case len(value) == 0:
			r.put(m.theme.dim, text.Const("not sent"))
		}
		lines = append(lines, r.String())
	}
	return lines, cursorX, cursorY
}
