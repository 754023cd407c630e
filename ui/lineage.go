package ui

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"redrive/model"
	"redrive/ui/text"
)

// pastMsg is what the record of earlier sessions tells of what came back, and of what they left in doubt.
type pastMsg struct {
	lineage model.Lineage
	doubt   model.Doubt
	err     error // a panic
}

// readPast reads the operations that earlier sessions ended, when they are recorded. Where that fails it is known by their
// labels alone what came back; that the record cannot be read is said by what reads what is unfinished.
func (m *Model) readPast() tea.Cmd {
	h, ok := m.opts.Recorder.(model.History)
	if !ok {
		return nil
	}
	m.record.past = true
	return safely("reading earlier operations", func() tea.Msg {
		past, err := h.Past(model.PastOperations)
		if err != nil {
			return pastMsg{}
		}
		doubt, err := h.LeftInDoubt()
		if err != nil {
			return pastMsg{}
		}
		return pastMsg{lineage: model.LineageOf(past), doubt: doubt}
	}, func(err error) tea.Msg { return pastMsg{err: err} })
}

// pastRead takes in what earlier sessions ended. What they left in doubt is as what this one did.
func (m *Model) pastRead(msg pastMsg) {
	m.record.past = false
	if msg.err != nil {
		m.complain(text.Line(msg.err.Error()))
	}
	m.lineage.Join(msg.lineage)
	m.causes.done = time.Time{}
	for k, o := range msg.doubt {
		switch {
		case m.takesNoVerb(k):
		case o.TakesNoVerb():
			m.acted[k] = actedOn{known: o}
		default:
			m.doubted[k] = true
		}
	}
}

// restored takes note of what an unfinished operation of an earlier session did with an entry, unless another, that ended, left
// it in doubt.
func (m *Model) restored(k model.Key, a actedOn) {
	if m.takesNoVerb(k) && m.acted[k].job == nil && !a.outcome().TakesNoVerb() {
		return
	}
	m.acted[k] = a
}

// cameBack says of what an entry came back; empty when it did not.
func (m *Model) cameBack(e *model.Entry) string {
	o, ok := m.lineage.Of(e)
	if !ok {
		return ""
	}
	return strings.Replace("from an earlier retry: "+o.Words(m.now.In(m.opts.Zone)), ", ", " at ", 1)
}
