package ui

import (
	"redrive/model"
	"redrive/ui/text"
)

// outcomeGlyph is the sign of an outcome in the first column; outcomeText says it in words in the last.
func (m *Model) outcomeGlyph(o model.Outcome) (style, text.Safe) {
	if o.ToGo() {
		return m.theme.dim, text.Const("·")
	}
	switch o.State {
	case model.Sending:
		return m.theme.note, text.Const("…")
	case model.Sent:
		if !o.Verb.Creates() {
			return m.theme.good, text.Const("✓")
		}
		return m.theme.note, text.Const("→")
	case model.Delivered:
		return m.theme.good, text.Const("✓")
	case model.Retrying:
		return m.theme.warn, text.Const("~")
	case model.CameBack:
		return m.theme.bad, text.Const("↩")
	case model.Cancelled:
		return m.theme.warn, text.Const("x")
	case model.NoEvidence:
		return m.theme.warn, text.Const("∅")
	case model.Refused:
		return m.theme.bad, text.Const("✗")
	case model.NotSent:
		return m.theme.warn, text.Const("!")
	case model.InDoubt, model.GoneUnknownHow:
		return m.theme.warn, text.Const("?")
	case model.Duplicate:
		return m.theme.warn, text.Const("=")
	}
	return m.theme.dim, text.Const("–")
}

func (m *Model) outcomeText(o model.Outcome) (style, text.Safe) {
	st, _ := m.outcomeGlyph(o)
	words := text.Line(o.Words())
	switch {
	case o.ToGo():
		return st, text.Const("not sent yet: it is in a job (4)")
	case o.Among > 1 && o.BackAs.IsZero() && o.State != model.Retrying:
		return st, text.Sprintf("%s: one of %d that shared a call, of which how many is known and not which", words, o.Among)
	case o.State == model.Sent && newID(o) != "":
		return st, text.Concat(words, text.Const(" → "), text.Line(newID(o)))
	case o.State == model.Delivered:
		return st, text.Concat(words, text.Const(" as "), text.Line(newID(o)))
	case o.State == model.Retrying && !o.NextAt.IsZero():
		return st, text.Sprintf("%s, next at %s", words, m.clock(o.NextAt))
	case o.State == model.CameBack && !o.BackAs.IsZero():
		return st, text.Sprintf("%s as %s", words, o.BackAs.ID)
	case o.State == model.InDoubt && o.FoundStillThere:
		return st, text.Const("in doubt, found still there")
	case o.Reason != "":
		return st, text.Concat(words, text.Const(": "), text.Line(head(o.Reason)))
	}
	return st, words
}

func newID(o model.Outcome) string {
	if o.Created.WorkflowRunID != "" {
		return o.Created.WorkflowRunID
	}
	return o.Created.MessageID
}
