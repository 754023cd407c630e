package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"redrive/model"
)

// pastMsg is what the record of earlier sessions tells of what came back.
type pastMsg struct{ lineage model.Lineage }

// readPast reads the operations that earlier sessions ended, when they are recorded. Where that fails it is known by their
// labels alone what came back; that the record cannot be read is said by what needs it.
func (m *Model) readPast() tea.Cmd {
	h, ok := m.opts.Recorder.(model.History)
	if !ok {
		return nil
	}
	return safely("reading earlier operations", func() tea.Msg {
		past, err := h.Past(model.PastOperations)
		if err != nil {
			return nil
		}
		return pastMsg{model.LineageOf(past)}
	}, failed)
}

// cameBack says of what an entry came back; empty when it did not.
func (m *Model) cameBack(e *model.Entry) string {
	o, ok := m.lineage.Of(e)
	if !ok {
		return ""
	}
	return strings.Replace("from an earlier retry: "+o.Words(m.now.In(m.opts.Zone)), ", ", " at ", 1)
}
